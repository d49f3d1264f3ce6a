/* SPDX-License-Identifier: Apache-2.0 */
/* For cppcheck, which does not read the kernel's headers: macros that are no expressions. */
#define SEC(name)
#define BTF_KFUNCS_START(name) static int name[] = {
#define BTF_KFUNCS_END(name) };
#define BTF_ID_FLAGS(...)
#define scoped_guard(kind, lock) for (int held = 1; held; held = 0)
#define guard(kind) locked
#define DEFINE_FREE(name, type, code)
#define list_for_each_entry(at, head, member)                                                      \
	for (at = list_first(head); at != list_last(head); at = list_after(at))
#define list_for_each_entry_safe(at, then, head, member)                                           \
	for (at = list_first(head), then = list_after(at); at != list_last(head); at = then, then = list_after(at))
#define hash_for_each_possible_rcu(table, at, member, key)                                         \
	for (at = list_first(table, key); at; at = list_after(at))
