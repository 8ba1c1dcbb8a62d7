/*
 * Preloaded into ndrdump: runs its main() once for each line of standard input, in a fork, with the line's words as
 * arguments; then prints a line "== " with the wait status. So its 85 libraries are loaded once and not once a stub.
 * Used where a C compiler is at hand and many stubs are asked about; ndrdump itself is not changed.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef int (*main_fn)(int, char **, char **);
typedef int (*start_fn)(main_fn, int, char **, void (*)(void), void (*)(void), void (*)(void), void *);

static main_fn real_main;

static int again(int argc, char **argv, char **envp)
{
	static char line[4096];
	(void)argc;
	while (fgets(line, sizeof line, stdin)) {
		char *words[32];
		int n = 0, status = 0;
		words[n++] = argv[0];
		for (char *word = strtok(line, " \n"); word && n < 31; word = strtok(NULL, " \n"))
			words[n++] = word;
		words[n] = NULL;
		fflush(stdout);
		pid_t pid = fork();
		if (pid == 0) {
			dup2(1, 2);
			exit(real_main(n, words, envp));
		}
		if (pid < 0 || waitpid(pid, &status, 0) < 0)
			return 1;
		printf("\n== %d\n", status);
		fflush(stdout);
	}
	return 0;
}

int __libc_start_main(main_fn main, int argc, char **argv, void (*init)(void), void (*fini)(void),
		      void (*rtld_fini)(void), void *stack_end)
{
	start_fn start = (start_fn)dlsym(RTLD_NEXT, "__libc_start_main");
	real_main = main;
	return start(again, argc, argv, init, fini, rtld_fini, stack_end);
}
