/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the files of the TUI share: its state, the trait of a view, drawing.
 *
 * T1  A view reads the machine at the cursor and draws; it changes nothing but its own place (selection, scroll).
 * T2  The cost of a frame follows from the size of the screen, never from the length of history.
 * T3  Shape or letter says what colour says: with no colour nothing is lost. */
#ifndef TUI_VIEW_H
#define TUI_VIEW_H

#include <signal.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/event/event.h"
#include "core/look/look.h"
#include "core/machine/machine.h"
#include "core/slab/slab.h"
#include "tui/tui.h"

#define MIN_COLS        60
#define MIN_LINES       18

enum colour {
#define COLOUR(name, middle, dark, light, eight, attributes, mono) C_##name,
#include "tui/colours.def"
#undef COLOUR
	COLOURS
};

enum glyph {
#define GLYPH(name, utf8, ascii) G_##name,
#include "tui/glyphs.def"
#undef GLYPH
	GLYPHS
};

struct rect { int y, x, h, w; };        /* without the border */

enum view_id {
#define VIEW(id, name, key, what) V_##id,
#include "tui/views.def"
#undef VIEW
	VIEWS
};

struct tui;

struct view_ops {
	const char *name;                                       /* "CACHE" */
	void (*title)(struct tui *t, struct buf *out);          /* for the border; starts empty */
	void (*draw)(struct tui *t, const struct rect *r);
	void (*move)(struct tui *t, int by);                    /* the selection, in lines; INT_MIN and INT_MAX: to the ends; NULL: scrolls */
	bool (*enter)(struct tui *t);                           /* into the selected thing; false: nothing there */
	bool (*leave)(struct tui *t);                           /* out of it; false: it is the outermost */
	void (*click)(struct tui *t, int y, int x);             /* in the pane's coordinates */
};

#define VIEW(id, name, key, what) extern const struct view_ops name##_view;
#include "tui/views.def"
#undef VIEW

/* The lines of a view that has more of them than room: where it begins, and how many there were at the last drawing. */
struct scroll { int top, rows; };

struct pane {
	const struct view_ops *ops;
	bool shown;
	struct rect r;
	struct scroll scroll;           /* of a view without a move of its own; its draw sets rows */
};
void scroll_move(struct pane *p, int by);                       /* by: lines; INT_MIN and INT_MAX: to the ends */

struct line {                           /* of the prompt */
	char text[512];
	size_t len, at;
};

struct tui {
	struct session *session;
	struct tui_options options;
	struct machine *m;              /* the one that is shown */
	unsigned int which;             /* its place in the lab */
	int rows, cols;
	bool ascii, mono, mouse;
	struct pane pane[VIEWS];
	enum view_id focus;
	enum view_id main;              /* what stands in the largest place: CACHE, or a view that has no place of its own */
	bool main_chosen;               /* by the user: `engine all` does not change it */
	int key;                        /* the one at hand */
	bool maximised, help;
	int help_top;
	bool done;
	enum tui_end end;
	struct look_stack stack;
	struct touched now;
	uint64_t frames;                /* drawn */
	int interrupts;                 /* Ctrl-C in a row */

	/* play */
	bool playing;
	bool present;                   /* PgUp and PgDn step, as clickers send them */
	int speed;                      /* row of the table in play.c */
	double due;                     /* seconds of the clock: the next step, while playing */
	uint64_t moves;                 /* how often the moment changed */
	int flash;                      /* frames for which what moved stays lit */
	bool marks_left;                /* breakpoints on the scrub bar are not all found yet */
	uint64_t prepared[3];           /* of each machine of the lab: events for which far jumps are prepared */
	bool dragging;                  /* the knob of the scrub bar, with the mouse */

	/* a line of text over the footer, until the next key */
	struct buf message;
	bool message_bad;

	/* prompt.c */
	char prompt;                    /* 0, ':' or '/' */
	struct line line;
	char **past;                    /* lines entered, oldest first */
	size_t npast, past_at;
	struct buf search;
	struct buf choices;             /* of a completion with several ends */

	/* reply.c */
	struct buf reply;
	bool reply_bad;

	/* events.c */
	struct moment selected;         /* follows the cursor until moved */
	bool selecting;
	struct moment events_top;       /* first line of the page */

	/* cache.c */
	struct {
		int level;              /* 0 list of caches, 1 a cache, 2 a slab, 3 an object */
		uint32_t name, seq;     /* interned name; slab */
		int index;              /* object */
		bool pinned;            /* stays with `name` whatever the events speak of */
		bool chosen;            /* the user chose the slab: it stays chosen */
		bool picked;            /* and an object of it, at level 1 */
		int order;              /* how the freelist is drawn: 0 signs, 1 places, 2 arrows */
		int top, rows;          /* scroll of the level; rows at last drawing */
		int row;                /* selected row of level 0 and 1 */
	} cache;

	/* memory.c */
	int wider;                      /* how many steps MEMORY was widened from what is chosen; negative: narrowed */

	/* lesson.c */
	struct {
		bool hidden;            /* the learner put it away */
		int top, most;          /* scroll, and as far as it goes */
		uint32_t shown, said;   /* of the page drawn last */
	} lesson;

	/* script.c */
	struct script *script;
	struct buf *error;
	bool failed;
};

enum { LEVEL_ALL, LEVEL_CACHE, LEVEL_SLAB, LEVEL_OBJECT };      /* of CACHE */

/* ---- holders.c, caches.c ---- */

int draw_holders(struct tui *t, const struct rect *r, struct cache *c);
void draw_caches(struct tui *t, const struct rect *r);
int caches_count(struct tui *t);
struct cache *caches_at(struct tui *t, int row);
void keep_visible(int *top, int row, int h);    /* scrolls so that `row` is among the h lines from *top on */

/* ---- split.c ---- */

int draw_split(struct tui *t, const struct rect *r, int y);     /* from line y on; returns the line behind */

/* ---- memory.c ---- */

/* The object that the call spoke of last, a few events back at most. */
bool find_spoken(struct tui *t, struct touched *of);

/* ---- dump.c ---- */

/* A hexdump of [at, at + bytes) with what the bytes are, from line `top` on; offsets count from `at`. Returns its lines. */
int dump_bytes(struct tui *t, const struct rect *r, kaddr_t at, uint64_t bytes, struct cache *c, const struct slab_view *s, int top);
/* The same of all that belongs to an object, its red zones too. */
int dump_object(struct tui *t, const struct rect *r, struct cache *c, const struct slab_view *s, int index, int top);

/* ---- cache.c ---- */

void cache_follow(struct tui *t);               /* goes where the event at the cursor is, unless the user chose a place */
void cache_forget(void);                        /* what it keeps between frames */

/* The name of what is chosen: an object, a slab, a cache; of the event's object where nothing is. False for none. */
bool cache_subject(struct tui *t, bool slab_too, struct buf *out);

/* ---- draw.c ---- */

void theme_init(struct tui *t);
const char *glyph(const struct tui *t, enum glyph g);
enum colour group_colour(unsigned int group);

/* Text at a place of a rectangle, cut at its edges; returns the column behind it. */
int put(struct tui *t, const struct rect *r, int y, int x, enum colour c, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));
int put_text(struct tui *t, const struct rect *r, int y, int x, enum colour c, const char *text);
/* Broken at blanks; returns the number of lines. */
int put_wrapped(struct tui *t, const struct rect *r, int y, int x, enum colour c, const char *text);
void put_blank(struct tui *t, const struct rect *r, int y, enum colour c);      /* a whole line of that colour */
int text_width(const char *text);                                               /* columns */

/* Borders: outlines are gathered, then drawn with the right crossings. */
void frame_begin(struct tui *t);
void frame_add(struct tui *t, const struct rect *r);
void frame_draw(struct tui *t);
void frame_title(struct tui *t, const struct rect *r, const char *name, const char *text, bool focus);

/* ---- marks.c ---- */

/* What lies under each column of the scrub bar: MARK_* ored together. Breakpoints of a long history are looked for piece
 * by piece: true while some of it is left to look at. */
enum { MARK_CALL = 1, MARK_BREAK = 2, MARK_BRANCH = 4 };
bool marks_find(struct tui *t, uint8_t *marks, int width, int (*column)(struct tui *t, struct moment at, int width));

/* ---- layout.c ---- */

bool layout_shows(const struct tui *t, enum view_id v);         /* it has a place of its own on a terminal of this size */

void layout(struct tui *t);
enum view_id pane_at(const struct tui *t, int y, int x);        /* VIEWS: none */

/* ---- frame.c ---- */

void draw_screen(struct tui *t);
struct moment scrub_moment(struct tui *t, int x);               /* under that column of the scrub bar */

/* ---- term.c ---- */

bool term_setup(struct tui *t, struct buf *error);
void term_restore(void);                        /* safe at any time, any number of times */
bool term_resize(int cols, int rows);           /* asks the terminal's driver; the KEY_RESIZE follows */
void term_mouse(struct tui *t, bool on);
bool theme_choose(struct tui *t, const char *name);             /* "dark", "light", "auto": by $COLORFGBG, else middle tones; false: no theme */
extern volatile bool term_interrupted;  /* Ctrl-C was pressed */

/* ---- keys.c ---- */

int key_of_name(const char *name, size_t n);                    /* a curses key code; -1: no such key */
bool key_run(struct tui *t, int key);                           /* what keys.def says; false: the key has no meaning */
void keys_help(struct tui *t, void (*row)(void *ctx, const char *keys, const char *help, bool head), void *ctx);
void keys_footer(struct tui *t, const struct rect *r);
void keys_show(const struct tui *t, const char *names, struct buf *out);        /* "Right l" as "→ l" */

/* ---- play.c ---- */

const char *play_speed(const struct tui *t, bool ascii);
int play_wait(const struct tui *t);                             /* milliseconds until the next step */
void play_step(struct tui *t);
void play_faster(struct tui *t, int by);
void play_start(struct tui *t);
void prepare_jumps(struct tui *t);                              /* after a command */
double clock_now(void);                                         /* seconds */

/* One step of the whole lab: who is through the call waits for the others. False at the end. */
bool step_lab(struct tui *t, bool forward);
bool break_stops(const struct tui *t, const struct event_view *ev);
void break_toggle(struct tui *t, const struct event_view *ev);

/* Moves the cursor; every way of moving ends here. */
void go(struct tui *t, struct moment to);

/* Shows the machine at this place of the lab, or the first. */
void show_machine(struct tui *t, unsigned int which);

/* ---- prompt.c ---- */

void prompt_open(struct tui *t, char kind);
void prompt_with(struct tui *t, const char *text);              /* `:` with that much typed already */
bool prompt_key(struct tui *t, int key, const char *utf8);      /* false: it was closed before */
void prompt_draw(struct tui *t, const struct rect *r);
void prompt_done(struct tui *t);
void run_command(struct tui *t, const char *text);
void search_again(struct tui *t, int direction);
void say(struct tui *t, bool bad, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void say_notice(struct tui *t);

/* ---- lesson.c ---- */

bool lesson_on(const struct tui *t);            /* a lesson goes on */

/* ---- hint.c ---- */

const char *hint(struct tui *t);
const char *suggestion(struct tui *t);                          /* a command that makes sense now */

/* ---- tui.c ---- */

void tui_init(struct tui *t, struct session *s, const struct tui_options *o, struct buf *error);
void mouse_key(struct tui *t);                  /* after KEY_MOUSE */

/* ---- script.c ---- */

bool script_open(struct tui *t, const char *path, struct buf *error);
int script_key(struct tui *t);                                  /* the next key; -1: the script is over */
void script_close(struct tui *t);
bool script_directive(struct tui *t, const char *text);         /* the prompt takes save-display FILE too */
void screen_text(struct buf *out);                              /* what the terminal shows, blanks at line ends cut */

#endif
