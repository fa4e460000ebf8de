/* SPDX-License-Identifier: GPL-3.0-or-later
 * The difference of two JSON texts as a JSON Patch (RFC 6902).
 *
 * P1  Applied to `from`, operation after operation, the patch gives `to`.
 * P2  Both texts are as json.h writes them: no blanks, no key twice. */
#ifndef CORE_BASE_PATCH_H
#define CORE_BASE_PATCH_H

#include "core/base/buf.h"

/* Appends the patch, an array of operations; "[]" when the texts agree. */
void json_patch(const char *from, const char *to, struct buf *out);

#endif
