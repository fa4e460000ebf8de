/* SPDX-License-Identifier: GPL-3.0-or-later
 * Growing text; see buf.h. */
#include "core/base/buf.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct guard { jmp_buf jump; struct guard *outer; } *guard;

bool memory_guarded(void (*body)(void *ctx), void *ctx)
{
	struct guard g = { .outer = guard };
	volatile bool fine = false;

	guard = &g;
	if (!setjmp(g.jump)) {
		body(ctx);
		fine = true;
	}
	guard = g.outer;
	return fine;
}

void memory_gave_out(size_t bytes)
{
	if (guard)
		longjmp(guard->jump, 1);
	fprintf(stderr, "slablab: error: the host has no memory left (%zu bytes were asked for)\n", bytes);
	exit(2);
}

static void leave(size_t bytes)
{
	memory_gave_out(bytes);
}

void (*out_of_memory)(size_t bytes) = leave;
unsigned long memory_fails_in;

void *x_realloc(void *p, size_t bytes)
{
	void *q = memory_fails_now() ? NULL : realloc(p, bytes ? bytes : 1);

	if (!q)
		out_of_memory(bytes);
	return q;
}

void *x_alloc(size_t bytes)
{
	void *p = memory_fails_now() ? NULL : calloc(1, bytes ? bytes : 1);

	if (!p)
		out_of_memory(bytes);
	return p;
}

char *x_strndup(const char *s, size_t n)
{
	char *copy = x_alloc(n + 1);

	memcpy(copy, s, n);
	return copy;
}

char *x_strdup(const char *s)
{
	return x_strndup(s, strlen(s));
}

void buf_done(struct buf *b)
{
	free(b->data);
	*b = (struct buf){0};
}

void buf_reserve(struct buf *b, size_t more)
{
	size_t need = b->len + more + 1, size = b->size ? b->size : 64;

	if (need <= b->size)
		return;
	while (size < need)
		size *= 2;
	b->data = x_realloc(b->data, size);
	b->size = size;
	b->data[b->len] = 0;
}

void buf_write(struct buf *b, const void *bytes, size_t n)
{
	buf_reserve(b, n);
	if (n)
		memcpy(b->data + b->len, bytes, n);
	b->len += n;
	b->data[b->len] = 0;
}

void buf_puts(struct buf *b, const char *s)
{
	buf_write(b, s, strlen(s));
}

void buf_pad(struct buf *b, char c, size_t n)
{
	buf_reserve(b, n);
	memset(b->data + b->len, c, n);
	b->len += n;
	b->data[b->len] = 0;
}

void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		return;
	buf_reserve(b, (size_t)n);
	vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
	b->len += (size_t)n;
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

const char *buf_text(const struct buf *b)
{
	return b->data ? b->data : "";
}
