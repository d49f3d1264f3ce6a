// SPDX-License-Identifier: Apache-2.0
/*
 * A power supply behind i2c-stub: writes what a PMBus power supply would have in its registers, so that the kernel's
 * own pmbus driver reads them. The watts come from the simulators over a channel, a line each time, or are fixed.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <linux/i2c.h>
#include <linux/i2c-dev.h>

#include "tests/sim/protocol.h"

static const char usage[] =
	"usage: psu [-a ADDRESS] [-w WATTS] [PORT]\n"
	"  -a, --address ADDRESS  of the supply on the stub's bus (0x58)\n"
	"  -w, --watts WATTS      these, once; else every line of PORT\n";

enum pmbus {
	VOUT_MODE = 0x20,
	READ_VIN = 0x88,
	READ_IIN = 0x89,
	READ_VOUT = 0x8b,
	READ_IOUT = 0x8c,
	READ_TEMPERATURE = 0x8d,
	READ_FAN = 0x90,
	READ_POUT = 0x96,
	READ_PIN = 0x97,
	PMBUS_REVISION = 0x98,
};

#define VIN_MV 230000
#define VOUT_MV 12000
#define EFFICIENCY_PERCENT 92

static int open_bus(unsigned long address)
{
	for (int i = 0; i < 16; i++) {
		char path[64], name[64] = "";
		FILE *f;
		int fd;

		snprintf(path, sizeof(path), "/sys/bus/i2c/devices/i2c-%d/name", i);
		f = fopen(path, "re");
		if (!f)
			continue;
		if (!fgets(name, sizeof(name), f))
			name[0] = 0;
		fclose(f);
		if (strncmp(name, "SMBus stub", 10))
			continue;
		snprintf(path, sizeof(path), "/dev/i2c-%d", i);
		fd = open(path, O_RDWR | O_CLOEXEC);
		/* forced: the address is the driver's; the stub's registers are ours all the same */
		if (fd < 0 || ioctl(fd, I2C_SLAVE_FORCE, address) < 0)
			return -errno;
		return fd;
	}
	return -ENODEV;
}

static int put(int fd, enum pmbus reg, uint16_t value, uint32_t size)
{
	union i2c_smbus_data data = { .word = value };
	struct i2c_smbus_ioctl_data transfer = {
		.read_write = I2C_SMBUS_WRITE, .command = (__u8)reg, .size = size, .data = &data
	};

	if (size == I2C_SMBUS_BYTE_DATA)
		data.byte = (__u8)value;
	return ioctl(fd, I2C_SMBUS, &transfer) < 0 ? -errno : 0;
}

static int put_linear(int fd, enum pmbus reg, uint64_t num, uint64_t den)
{
	return put(fd, reg, sim_linear11(num, den), I2C_SMBUS_WORD_DATA);
}

static int show(int fd, uint64_t mw)
{
	uint64_t out_mw = mw * EFFICIENCY_PERCENT / 100;
	int r = 0;

	r |= put_linear(fd, READ_PIN, mw, 1000);
	r |= put_linear(fd, READ_IIN, mw, VIN_MV);
	r |= put_linear(fd, READ_POUT, out_mw, 1000);
	r |= put_linear(fd, READ_IOUT, out_mw, VOUT_MV);
	return r ? -EIO : 0;
}

static int prepare(int fd)
{
	int r = 0;

	r |= put(fd, PMBUS_REVISION, 0x22, I2C_SMBUS_BYTE_DATA); /* 1.2 */
	r |= put(fd, VOUT_MODE, 0x17, I2C_SMBUS_BYTE_DATA); /* linear, exponent -9 */
	r |= put(fd, READ_VOUT, VOUT_MV * 512 / 1000, I2C_SMBUS_WORD_DATA);
	r |= put_linear(fd, READ_VIN, VIN_MV, 1000);
	r |= put_linear(fd, READ_TEMPERATURE, 41, 1);
	r |= put_linear(fd, READ_FAN, 5400, 1);
	return r ? -EIO : 0;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "address", required_argument, NULL, 'a' },
		{ "watts", required_argument, NULL, 'w' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	unsigned long address = 0x58;
	const char *watts = NULL;
	char line[64];
	FILE *port;
	int c, fd, r;

	while ((c = getopt_long(argc, argv, "a:w:h", options, NULL)) != -1) {
		switch (c) {
		case 'a':
			address = strtoul(optarg, NULL, 0);
			break;
		case 'w':
			watts = optarg;
			break;
		default:
			fputs(usage, c == 'h' ? stdout : stderr);
			return c == 'h' ? 0 : 64;
		}
	}
	if (!watts == (optind == argc)) {
		fputs(usage, stderr);
		return 64;
	}
	fd = open_bus(address);
	if (fd < 0) {
		fprintf(stderr, "psu: no stub bus: %s (modprobe i2c-dev; modprobe i2c-stub chip_addr=0x%lx)\n",
			strerror(-fd), address);
		return 1;
	}
	r = prepare(fd);
	if (watts && r == 0)
		r = show(fd, (uint64_t)(strtod(watts, NULL) * 1000));
	if (!watts && r == 0) {
		port = fopen(argv[optind], "re");
		if (!port) {
			perror(argv[optind]);
			return 1;
		}
		/* a port whose other end is not there yet ends at once: read on */
		for (; r == 0; clearerr(port), usleep(50000))
			while (r == 0 && fgets(line, sizeof(line), port))
				r = show(fd, (uint64_t)(strtod(line, NULL) * 1000));
	}
	if (r < 0)
		fprintf(stderr, "psu: %s\n", strerror(-r));
	return r < 0;
}
