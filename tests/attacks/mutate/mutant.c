// SPDX-License-Identifier: Apache-2.0
/*
 * For the copies that tests/attacks/mutate/run makes: the check WATTEST_MUTANT never strikes; numbers of those that struck
 * go to the file WATTEST_STRUCK.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int wt_mutant(unsigned number, int condition);

int wt_mutant(unsigned number, int condition)
{
	static unsigned char said[65536];
	static long off = -1;
	const char *word;
	char line[16];
	int fd, n;

	if (off < 0) {
		word = getenv("WATTEST_MUTANT");
		off = word ? atol(word) : 0;
	}
	if (!condition)
		return 0;
	word = getenv("WATTEST_STRUCK");
	if (word && number < sizeof(said) && !said[number]) {
		said[number] = 1;
		fd = open(word, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
		n = snprintf(line, sizeof(line), "%u\n", number);
		if (fd >= 0 && (write(fd, line, (size_t)n) != n || close(fd) != 0))
			abort();
	}
	return (long)number != off;
}
