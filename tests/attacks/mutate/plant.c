// SPDX-License-Identifier: Apache-2.0
/*
 * Makes every check of a C source one that can be switched off, so that one build is all mutants at once: rewrites
 * `if (COND) REFUSAL` into `if (wt_mutant(N, COND)) REFUSAL`, and a refusal that no `if` guards into one that asks first.
 * What a refusal is, the names below say. For copies of the sources only: tests/attacks/mutate/run.
 *
 *   plant FIRST-NUMBER FILE...       in place; a line for each check on stdout: number, file, line, its text
 *
 * Reads tokens, not lines: formatting does not matter. Line numbers stay.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text {
	char *p;
	size_t n;
};

struct out {
	char *p;
	size_t n, cap;
};

static const char *const refusing[] = { "wt_find",	"wt_site_find", "wt_site_refuse",
					"wt_fail",	"wt_fail_in",	"wt_fail_openssl",
					"wt_cbor_bad",	"refuse",	"refused",
					"path_refused", "fail_errno",	"wt_cose_refuse",
					"EBADMSG",	"EKEYREJECTED", "EINVAL" };
/* Of those, what is an act by itself. */
#define ACTS 9

static void put(struct out *out, const char *p, size_t n)
{
	if (out->n + n > out->cap) {
		out->cap = (out->n + n) * 2;
		out->p = realloc(out->p, out->cap);
		if (!out->p)
			abort();
	}
	memcpy(out->p + out->n, p, n);
	out->n += n;
}

/* The end of the token at p: an identifier, a string, a comment, space, or one character. */
static size_t token(const struct text *t, size_t p)
{
	const char *s = t->p;
	size_t e = p + 1;

	if (isalpha((unsigned char)s[p]) || s[p] == '_') {
		while (e < t->n && (isalnum((unsigned char)s[e]) || s[e] == '_'))
			e++;
	} else if (isspace((unsigned char)s[p])) {
		while (e < t->n && isspace((unsigned char)s[e]))
			e++;
	} else if (s[p] == '"' || s[p] == '\'') {
		while (e < t->n && s[e] != s[p])
			e += s[e] == '\\' ? 2 : 1;
		e++;
	} else if (s[p] == '/' && e < t->n && s[e] == '*') {
		while (e + 1 < t->n && !(s[e] == '*' && s[e + 1] == '/'))
			e++;
		e += 2;
	} else if (s[p] == '/' && e < t->n && s[e] == '/') {
		while (e < t->n && s[e] != '\n')
			e++;
	} else if (s[p] == '#' && (p == 0 || s[p - 1] == '\n')) {
		while (e < t->n && (s[e] != '\n' || s[e - 1] == '\\'))
			e++;
	}
	return e < t->n ? e : t->n;
}

static bool blank(const struct text *t, size_t p)
{
	return isspace((unsigned char)t->p[p]) || t->p[p] == '#' ||
	       (t->p[p] == '/' && p + 1 < t->n && (t->p[p + 1] == '*' || t->p[p + 1] == '/'));
}

static size_t skip(const struct text *t, size_t p)
{
	while (p < t->n && blank(t, p))
		p = token(t, p);
	return p;
}

static bool is(const struct text *t, size_t p, const char *word)
{
	size_t n = strlen(word);

	return token(t, p) - p == n && !memcmp(t->p + p, word, n);
}

/* Behind the bracket that closes the one at p. */
static size_t matching(const struct text *t, size_t p)
{
	int depth = 0;

	for (; p < t->n; p = token(t, p)) {
		if (strchr("([{", t->p[p]))
			depth++;
		if (strchr(")]}", t->p[p]) && --depth == 0)
			return p + 1;
	}
	return t->n;
}

/* Behind the simple statement at p. */
static size_t simple(const struct text *t, size_t p)
{
	for (; p < t->n && t->p[p] != ';';
	     p = strchr("([{", t->p[p]) ? matching(t, p) : token(t, p))
		if (t->p[p] == '}')
			return p;
	return p < t->n ? p + 1 : p;
}

static bool refuses(const struct text *t, size_t p, size_t end, size_t names)
{
	for (; p < end; p = token(t, p))
		for (size_t i = 0; i < names; i++)
			if (is(t, p, refusing[i]))
				return true;
	return false;
}

/* No memory, OpenSSL's own trouble, or a label that the table of fields has refused already. */
static bool no_check(const struct text *t, size_t p, size_t end)
{
	for (; p < end; p = token(t, p))
		if (is(t, p, "ENOMEM") || is(t, p, "wt_fail_openssl") ||
		    (t->p[p] == '"' && (!strncmp(t->p + p, "\"no memory", 10) ||
					!strncmp(t->p + p, "\"not known\"", 11))))
			return true;
	return false;
}

static bool compound(const struct text *t, size_t p)
{
	return is(t, p, "if") || is(t, p, "for") || is(t, p, "while") || is(t, p, "switch") ||
	       is(t, p, "do") || is(t, p, "else");
}

/* Does the statement at p refuse by itself, not only in an `if` of its own? */
static bool body_refuses(const struct text *t, size_t p)
{
	size_t end;

	p = skip(t, p);
	if (t->p[p] != '{')
		return !compound(t, p) &&
		       refuses(t, p, simple(t, p), sizeof(refusing) / sizeof(*refusing)) &&
		       !no_check(t, p, simple(t, p));
	end = matching(t, p);
	for (p = skip(t, p + 1); p + 1 < end; p = skip(t, simple(t, p))) {
		if (compound(t, p) || t->p[p] == '{')
			break;
		if (refuses(t, p, simple(t, p), sizeof(refusing) / sizeof(*refusing)) &&
		    !no_check(t, p, simple(t, p)))
			return true;
	}
	return false;
}

static void say(unsigned number, const char *file, const struct text *t, size_t p, size_t end)
{
	unsigned line = 1;

	for (size_t i = 0; i < p; i++)
		line += t->p[i] == '\n';
	printf("%u %s:%u ", number, file, line);
	for (; p < end; p++) {
		if (!isspace((unsigned char)t->p[p]))
			putchar(t->p[p]);
		else if (!isspace((unsigned char)t->p[p - 1]))
			putchar(' ');
	}
	putchar('\n');
}

static unsigned plant(const struct text *t, const char *file, unsigned number, struct out *out)
{
	char word[64];
	size_t p = 0, end, guarded = 0;
	int depth = 0;
	bool first; /* of its statement */
	size_t before = 0; /* the last token that is not blank */

	while (p < t->n) {
		end = token(t, p);
		if (blank(t, p)) {
			put(out, t->p + p, end - p);
			p = end;
			continue;
		}
		first = depth > 0 && (strchr(";{}:)", t->p[before]) || is(t, before, "else"));
		if (is(t, p, "if") && body_refuses(t, matching(t, skip(t, end)))) {
			size_t open = skip(t, end), close = matching(t, open);

			say(number, file, t, p, close);
			put(out, word,
			    (size_t)snprintf(word, sizeof(word), "if (wt_mutant(%u, !!", number++));
			put(out, t->p + open, close - open);
			put(out, "))", 2);
			before = close - 1;
			p = close;
			guarded = skip(t, close);
			guarded = t->p[guarded] == '{' ? matching(t, guarded) : simple(t, guarded);
			continue;
		}
		if (first && p >= guarded && (is(t, p, "wt_find") || is(t, p, "wt_site_find"))) {
			say(number, file, t, p, simple(t, p));
			put(out, word,
			    (size_t)snprintf(word, sizeof(word), "if (wt_mutant(%u, 1)) ",
					     number++));
		}
		if (first && p >= guarded && is(t, p, "return") &&
		    refuses(t, skip(t, end), token(t, skip(t, end)), ACTS) &&
		    !no_check(t, p, simple(t, p))) {
			say(number, file, t, p, simple(t, p));
			put(out, word,
			    (size_t)snprintf(word, sizeof(word),
					     "return !wt_mutant(%u, 1) ? 0 :", number++));
			before = p;
			p = end;
			continue;
		}
		depth += t->p[p] == '{' ? 1 : t->p[p] == '}' ? -1 : 0;
		before = p;
		put(out, t->p + p, end - p);
		p = end;
	}
	return number;
}

static struct text read_file(const char *path)
{
	FILE *f = fopen(path, "r");
	struct text t = { 0 };

	if (!f || fseek(f, 0, SEEK_END) < 0)
		exit(1);
	t.n = (size_t)ftell(f);
	rewind(f);
	t.p = calloc(1, t.n + 1);
	if (!t.p || fread(t.p, 1, t.n, f) != t.n)
		exit(1);
	fclose(f);
	return t;
}

int main(int argc, char **argv)
{
	static const char prototype[] = "int wt_mutant(unsigned number, int condition); ";
	unsigned number, before;

	if (argc < 3)
		return 64;
	number = (unsigned)strtoul(argv[1], NULL, 10);
	for (int i = 2; i < argc; i++) {
		struct text t = read_file(argv[i]);
		struct out out = { 0 };
		FILE *f;

		put(&out, prototype, sizeof(prototype) - 1);
		before = number;
		number = plant(&t, argv[i], number, &out);
		if (number > before) {
			f = fopen(argv[i], "w");
			if (!f || fwrite(out.p, 1, out.n, f) != out.n || fclose(f) != 0)
				return 1;
		}
		free(out.p);
		free(t.p);
	}
	return 0;
}
