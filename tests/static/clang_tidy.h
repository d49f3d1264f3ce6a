/* SPDX-License-Identifier: Apache-2.0 */
/* What clang-tidy, which sees one source at a time, cannot know: what makes an error returns one. */
#include "lib/cbor.h"
#include "lib/err.h"
#define wt_fail(err, code, ...) ((void)wt_fail(err, code, __VA_ARGS__), -EIO)
#define wt_fail_in(err, code, ...)                                                                 \
	({                                                                                         \
		int code_ = (code);                                                                \
		(void)wt_fail_in(err, code_, __VA_ARGS__);                                         \
		code_;                                                                             \
	})
#define wt_cbor_bad(in, ...) ((void)wt_cbor_bad(in, __VA_ARGS__), -EBADMSG)
