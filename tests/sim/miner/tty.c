// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "tests/sim/miner/tty.h"

static bool read_line(const char *path, char *ret, size_t cap)
{
	FILE *f = fopen(path, "re");
	bool ok = f && fgets(ret, (int)cap, f);

	if (f)
		fclose(f);
	if (ok)
		ret[strcspn(ret, "\n")] = 0;
	return ok;
}

/* The serial number stands some folders above the tty's device: at its interface's parent. */
static bool has_serial(const char *tty, const char *serial)
{
	char link[PATH_MAX], path[PATH_MAX], file[PATH_MAX + 8], got[128];

	snprintf(link, sizeof(link), "/sys/class/tty/%s/device", tty);
	if (!realpath(link, path))
		return false;
	while (strlen(path) > strlen("/sys/devices")) {
		snprintf(file, sizeof(file), "%s/serial", path);
		if (read_line(file, got, sizeof(got)))
			return !strcmp(got, serial);
		*strrchr(path, '/') = 0;
	}
	return false;
}

static int open_raw(const char *tty)
{
	char path[300];
	struct termios t;
	int fd;

	snprintf(path, sizeof(path), "/dev/%s", tty);
	fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (tcgetattr(fd, &t) == 0) {
		cfmakeraw(&t);
		cfsetspeed(&t, B115200);
		t.c_cflag |= CLOCAL | CREAD;
		if (tcsetattr(fd, TCSANOW, &t) == 0 && tcflush(fd, TCIOFLUSH) == 0)
			return fd;
	}
	close(fd);
	return -EIO;
}

int tty_open_by_serial(const char *serial, char *ret_name, size_t cap)
{
	DIR *dir = opendir("/sys/class/tty");
	struct dirent *e;
	int fd = -ENODEV;

	if (!dir)
		return -errno;
	while (fd < 0 && (e = readdir(dir))) {
		if (strncmp(e->d_name, "ttyUSB", 6) && strncmp(e->d_name, "ttyACM", 6))
			continue;
		if (!has_serial(e->d_name, serial))
			continue;
		fd = open_raw(e->d_name);
		if (fd >= 0)
			snprintf(ret_name, cap, "%s", e->d_name);
	}
	closedir(dir);
	return fd;
}
