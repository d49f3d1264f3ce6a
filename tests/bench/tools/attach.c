// SPDX-License-Identifier: Apache-2.0
/* Loads a BPF object, attaches its programs where their sections say, and holds them until it is killed. */
#include <stdio.h>
#include <unistd.h>

#include <bpf/libbpf.h>

int main(int argc, char **argv)
{
	struct bpf_program *prog;
	struct bpf_object *obj;

	if (argc != 2) {
		fprintf(stderr, "usage: attach OBJECT\n");
		return 64;
	}
	obj = bpf_object__open_file(argv[1], NULL);
	if (!obj || bpf_object__load(obj) < 0)
		return 1;
	bpf_object__for_each_program(prog, obj) {
		if (!bpf_program__attach(prog))
			return 1;
	}
	printf("attached\n");
	fflush(stdout);
	pause();
	return 0;
}
