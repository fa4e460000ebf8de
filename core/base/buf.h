/* SPDX-License-Identifier: GPL-3.0-or-later
 * Growing text. The one string type of slablab: replies, JSON and messages are written into a struct buf.
 *
 * I1  data is NULL or data[len] == 0.  */
#ifndef CORE_BASE_BUF_H
#define CORE_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data;     /* the text, always ended by a NUL that len does not count */
	size_t len;     /* bytes in use */
	size_t size;    /* bytes allocated */
};

void buf_done(struct buf *b);                                   /* frees the storage; b is empty again */
static inline void buf_clear(struct buf *b) { b->len = 0; if (b->data) b->data[0] = 0; }
void buf_reserve(struct buf *b, size_t more);                   /* room for `more` bytes and the NUL */
void buf_write(struct buf *b, const void *bytes, size_t n);
void buf_puts(struct buf *b, const char *s);
void buf_pad(struct buf *b, char c, size_t n);                  /* n times c */
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
const char *buf_text(const struct buf *b);                      /* never NULL; lent until b changes */

static inline void buf_putc(struct buf *b, char c)
{
	if (b->len + 2 > b->size)
		buf_reserve(b, 1);
	b->data[b->len++] = c;
	b->data[b->len] = 0;
}

/* Host memory that the caller frees; when there is none, the command that asked ends with an error (see
 * out_of_memory), or the program when no command runs. */
void *x_alloc(size_t bytes);                                    /* zeroed */
void *x_realloc(void *p, size_t bytes);
char *x_strdup(const char *s);
char *x_strndup(const char *s, size_t n);

/* Called when the host has no memory; it does not return. The session sets it to end the call at hand, where one runs. */
extern void (*out_of_memory)(size_t bytes);

/* Runs body(ctx). False when the host had no memory for it: it was left in the middle, and what it held of the host's
 * memory is lost. */
bool memory_guarded(void (*body)(void *ctx), void *ctx);

/* Leaves the innermost memory_guarded(), or the program when there is none. */
_Noreturn void memory_gave_out(size_t bytes);

/* For tests: the N-th request for host memory from now on is refused; 0: none is. */
extern unsigned long memory_fails_in;
static inline int memory_fails_now(void) { return memory_fails_in && !--memory_fails_in; }

#endif
