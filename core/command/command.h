/* SPDX-License-Identifier: GPL-3.0-or-later
 * The one language of slablab, from outside: a session takes lines and gives replies.
 *
 *      line --lex, parse--> statement --bind, on each machine--> calls --machine_call--> reply
 *
 * A reply is data: what each engine answered, an error with its position, or the text that a printing command made. The
 * faces (prompt, TUI, script runner) render it: reply_json for -j, reply_text for people. Nothing here writes to a
 * terminal.
 *
 * C1  A command that fails changes nothing: everything is checked on every machine before the first call starts.
 * C2  All machines of the lab have run the same calls: the numbers of calls agree (a call an engine lacks is empty there).
 * C3  Whatever undo must bring back lies in the machines' arenas; the session keeps only how one looks at them. */
#ifndef CORE_COMMAND_COMMAND_H
#define CORE_COMMAND_COMMAND_H

#include "core/command/language/value.h"
#include "core/machine/machine.h"

#define LAB_MAX         3
#define ANSWER_VALUES   1000    /* of a `repeat`, how many results an answer keeps */

/* ---- the table of commands (commands.def) ---- */

enum command_id {
#define CALL(id, name, aliases, sig, group, ret, needs, help, more) CMD_##id,
#define META(id, name, aliases, sig, group, help, more) CMD_##id,
#include "core/command/commands.def"
#undef CALL
#undef META
	COMMANDS
};

enum command_group { GRP_MACHINE, GRP_PAGES, GRP_CACHES, GRP_OBJECTS, GRP_BYTES, GRP_LOOK, GRP_TIME, GRP_SESSION, COMMAND_GROUPS };

struct call;
struct session;
struct statement;
struct reply;

struct command {
	const char *name, *aliases;     /* aliases: separated by blanks */
	const char *sig;                /* its arguments, see parse.h */
	enum command_group group;
	bool results;                   /* the call returns something: without a name on the left it becomes $n */
	uint16_t needs;                 /* offset of the struct slab_ops member it needs; 0: a slab layer is not needed */
	void (*call)(struct call *c);   /* runs on each machine, as a call of the simulated kernel */
	void (*meta)(struct session *s, const struct statement *st, struct reply *r);   /* or: about the session */
	const char *help, *more;        /* one line; the rest, or "" */
};

extern const struct command commands[COMMANDS];
extern const char *const command_group_name[COMMAND_GROUPS], *const command_group_what[COMMAND_GROUPS];

/* By name, alias or unambiguous beginning. NULL when unknown, or ambiguous: then *others counts how many begin so. */
const struct command *command_find(const char *name, size_t n, unsigned int *others);

/* The nearest of a list of names to a mistyped word, or NULL when none is near. next(ctx, i) gives the i-th name. */
const char *nearest_name(const char *word, size_t n, const char *(*next)(void *ctx, size_t i), void *ctx);
const char *nearest_command(const char *word, size_t n);

/* "kmalloc(SIZE [, GFP])" */
void command_usage(const struct command *cmd, struct buf *out);
void command_more(const struct command *cmd, struct buf *out);          /* the rest of its help, lines */

/* ---- replies ---- */

struct answer {
	struct machine *m;
	struct value *values;           /* the first ANSWER_VALUES results; [0] when it is no array */
	size_t nvalues;
	uint64_t count;                 /* results in all */
	bool array;                     /* of a `repeat` */
	uint64_t first_call, calls;     /* where they stand in history (recording on) */
	uint64_t events;
	bool has_events;
	enum trap_kind trap;            /* the first that happened */
	char trap_text[256];
	uint32_t alias_of;              /* create: the cache it was merged with, interned; or 0 */
	char *lacks;                    /* `engine`: calls that this engine lacks, one a line; or NULL */
	struct buf text;                /* bytes read; VAL_BYTES points into it */
	struct buf value;               /* what a looking command found on this machine, as JSON; "value" with -j */
	struct buf members;             /* further members of the answer's object with -j: "a":1,"b":2 */
	bool page_call, page_alloc;     /* a call of the page allocator; it gave pages */
};

struct reply {
	uint32_t n;                     /* of the line */
	bool empty;                     /* blank or a comment: nothing to say */
	bool failed;
	uint32_t line, column;          /* of an error, from 1; columns count characters */
	struct buf error;               /* its text */
	struct buf command;             /* the line without comment and blanks around it */
	unsigned int nanswers;
	struct answer answers[LAB_MAX];
	bool boot;                      /* `machine`: the answer shows the state the boot left */
	bool interrupted;               /* Ctrl-C: `done` of `wanted` calls were made */
	uint64_t done, wanted;
	struct buf text;                /* what a printing command says, UTF-8, lines end in \n; raw JSON when json */
	bool json;
	struct buf note;                /* what a lesson says to it; comes last */
	bool quit;
	bool tui;                       /* the face shall open the picture */
	const struct command *cmd;
};

void reply_done(struct reply *r);

#define REPLY_STATE     1u      /* -s: with caches or zones */

void reply_json(struct session *s, const struct reply *r, unsigned int flags, struct buf *out);
void reply_text(struct session *s, const struct reply *r, struct buf *out);

/* "FILE:LINE:COL: error: TEXT", the line, a caret. color: with escapes. */
void reply_error_text(const struct reply *r, const char *file, const char *line, size_t n, bool color, struct buf *out);

/* Members of an answer that -s adds: "caches" or "zones". `name` members are written into the open object. */
void export_state(struct session *s, struct machine *m, struct json *j, bool boot);

/* One row of `manual`: fields with tabs between, their own backslashes and line ends escaped. */
void table_row(struct buf *out, const char *const *fields, size_t n);

/* ---- the session ---- */

struct session_options {
	const char *engine;             /* as -e takes it, NULL: slub */
	const char *machine;            /* as -m takes it, NULL: nothing */
	enum recording recording;
};

/* The page of a lesson for a face that shows it all the time. */
struct lesson_view {
	struct buf title, text;         /* the caller's; lines as wide as asked for, with escapes for bold, slanted and code */
	uint32_t shown, said;           /* count the pages shown and what was said about them */
	enum { LESSON_NEXT, LESSON_CHECK, LESSON_ANSWER } next; /* what a learner would do now */
};

/* Names that completion asks the lessons for: words of `lesson`, lessons, stories, topics of `drill`. */
enum course_names { NAMES_ASKS, NAMES_LESSONS, NAMES_SCENARIOS, NAMES_TOPICS };

/* Commands whose work stands above core; a face gives them. */
struct session_hooks {
	void (*lesson)(struct session *s, const struct statement *st, struct reply *r);
	void (*scenario)(struct session *s, const struct statement *st, struct reply *r);
	void (*after)(struct session *s, struct reply *r);      /* a line has run: r->note may be added to */
	void (*predict)(struct session *s, const struct statement *st, struct reply *r);
	void (*drill)(struct session *s, const struct statement *st, struct reply *r);
	bool (*before)(struct session *s, const char *line, size_t len, uint32_t n, struct reply *r);   /* true: the line was its own */
	bool (*page)(struct session *s, unsigned int width, struct lesson_view *out); /* false: no lesson goes on; out may be NULL */
	void (*names)(enum course_names which, void (*offer)(void *ctx, const char *name), void *ctx);
};

/* The same, for what reads the files of other kernels (scenarios/). */
struct trace_hooks {
	void (*import)(struct session *s, const struct statement *st, struct reply *r);
	void (*replay)(struct session *s, const struct statement *st, struct reply *r);
	void (*check_geometry)(struct session *s, const struct statement *st, struct reply *r);
};

/* Who keeps what a person types, so that a session that ended badly can be restored. */
struct session_keeper {
	void (*restore)(struct session *s, const struct statement *st, struct reply *r);        /* the command */
	void (*typed)(struct session *s, const char *line, size_t len);         /* a line is about to run */
	void (*ran)(struct session *s, const struct reply *r);                  /* it did */
};

/* What `export cast` asks of a face that has pictures. */
struct cast_order {
	uint64_t first, last;           /* calls */
	int cols, rows;
	double speed;                   /* events a second */
};

struct session {
	struct machine *m[LAB_MAX];     /* the lab; NULL before the first command needs it */
	enum engine_id engine[LAB_MAX];
	unsigned int nengines;
	char *machine_options;          /* -m */
	char *machine_line;             /* options of the last `machine`, or "" */
	enum recording recording;
	uint32_t *watch;                /* interned names, in order */
	size_t nwatch;
	bool watch_all;
	struct buf log;                 /* commands that history forgot when recording was switched: lines */
	volatile bool *interrupted;             /* set by Ctrl-C; NULL: nobody can */
	bool trapped;                   /* some call ended in a trap since the session began (--fail-on-bug) */
	struct breakpoint *breaks;      /* search.h */
	size_t nbreaks;
	uint32_t last_break;            /* the id of the newest */
	uint64_t call_limit;            /* a command makes at most so many calls (the log run again); ~0 for all */
	struct reply last;              /* answers of the last command of calls, for `expect ret` */
	uint64_t history_limit;         /* bytes, of `history MB`; 0: as machines are made */
	bool echo;                      /* the face shows the lines it runs, comments as prose */
	bool ascii;                     /* drawings use no sign outside of ASCII */
	struct place { struct segment *tip; struct moment at; } mark[LAB_MAX];  /* of `mark`: a moment of some branch */
	bool marked;
	void (*progress)(uint64_t done, uint64_t of);   /* a long command tells how far it is; all done: wipe it. NULL: nobody looks */
	const char *guest;              /* whose words run, where they are not the user's: a lesson. NULL: the user's */
	bool again;                     /* a session is restored: what it wrote is there */
	uint64_t making;                /* a command of calls runs: the number of its first call, + 1; else 0 */
	uint64_t made;                  /* calls of it that all machines have finished */
	struct buf notice;              /* what a face shall say beside the reply; it empties it */
	void *face;                     /* the face's own */
	const struct session_hooks *hooks;      /* NULL: there are none */
	const struct trace_hooks *traces;       /* NULL: there are none */
	char *(*data_file)(const char *folder, const char *name);      /* a file that comes with the program; NULL: none, or nobody knows */
	const struct session_keeper *keeper;    /* NULL: nobody keeps */
	void *course;                   /* the lessons' own */
	bool (*face_table)(const char *name, struct buf *out);  /* rows of `manual` that the face has; NULL: none */
	bool (*cast)(struct session *s, const struct cast_order *o, struct buf *out, struct buf *error);        /* NULL: the face has no pictures */
	bool shows_lesson;              /* the face shows the page: replies leave it out */
	unsigned int text_columns;      /* of the terminal that a long text is for; 0: 80 */
	bool color;                     /* texts may have escape sequences */
};

/* NULL with a message when engine or machine options are wrong. */
struct session *session_new(const struct session_options *o, struct buf *error);
void session_free(struct session *s);

/* Runs one line. `n` is its number for answers and errors. The reply is the caller's: reply_done. */
void session_run(struct session *s, const char *line, size_t len, uint32_t n, struct reply *r);

/* The same for a line that a person typed: it is kept, so that a session can be restored. */
void session_type(struct session *s, const char *line, size_t len, uint32_t n, struct reply *r);

/* As session_new made it, with other options: the machines, breakpoints and what is watched are gone. */
void session_restart(struct session *s, const enum engine_id *engines, unsigned int nengines, const char *machine_options);

/* For commands that end in a command (`step CALL`): runs the line from st->rest on, into the same reply. */
void session_run_part(struct session *s, const struct statement *st, struct reply *r);

/* Boots the machines if that was not done yet. False with a message. */
bool session_boot(struct session *s, struct buf *error);

/* Recording `calls`: gives a call its events by undoing and running it again. The cursor may move to its end. True when the
 * call has all its events. */
bool session_expand(struct machine *m, uint64_t call);

/* For commands: an error at byte `at` of the line. The first one stays. */
void reply_fail(struct reply *r, const struct statement *st, size_t at, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* ---- for lab.c, undo and the commands of time ---- */

/* New machines for these engines; the old ones go. False with a message, and the old ones stay. Options that an engine
 * lacks are left out of its machine; dropped, if given, has a buf for each engine and gets them, one a line. */
bool lab_boot(struct session *s, const enum engine_id *engines, unsigned int n, const char *options, struct buf *dropped,
	      struct buf *error);

/* Whether options, on top of -m, make machines of the session's engines: some engine has each option, and all its values
 * are possible. Else a message, and the offset of the wrong word. */
bool options_check(const struct session *s, const char *options, struct buf *error, size_t *at);
void lab_free(struct session *s);

/* Reads a list of engines as -e takes it ("all", "slub", "slab,slub") into engines; 0 when it is wrong. */
unsigned int engines_parse(const char *text, size_t n, enum engine_id *engines);

/* calls_done: calls finished where the cursor stands. session_log: the commands on the path up to the cursor, in order; visit gets the text and how many calls of it count (~0: all). */
uint64_t calls_done(const struct machine *m);
void session_log(struct session *s, void (*visit)(void *ctx, const char *text, uint32_t line, uint64_t calls), void *ctx);

/* Of these, the commands that ran without recording, or before it was switched: session_log visits them first. */
void session_log_kept(const struct session *s, void (*visit)(void *ctx, const char *text, uint32_t line, uint64_t calls), void *ctx);

/* Keeps a command that ran without recording. */
void session_log_line(struct session *s, const char *text, uint32_t line, uint64_t calls);

/* The machine that is running a call now, for the fault handler. */
extern struct machine *volatile machine_running;
void fault_handler_install(void);

#endif
