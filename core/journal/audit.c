/* SPDX-License-Identifier: GPL-3.0-or-later
 * See audit.h. */
#include "core/journal/audit.h"
