// SPDX-License-Identifier: GPL-2.0
/*
 * Accounts every completed USB transfer to its device: __usb_hcd_giveback_urb is where each URB passes once, a
 * tty driver's as well as one that libusb submitted, on its way back to whoever submitted it.
 *
 * All kinds count: bulk, interrupt, control (a converter's set-up travels there) and isochronous, whose
 * actual_length is the sum over its packets. Left out is only a cancelled URB that moved nothing: drivers cancel
 * their waiting reads when a port is closed, and that says nothing about the device.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "bpf/usb.h"

#define ENOENT 2
#define ECONNRESET 104
#define ESHUTDOWN 108
#define URB_SHORT_NOT_OK 0x0001
#define URB_DIR_IN 0x0200 /* set at submission, from the set-up packet for a control transfer */

char LICENSE[] SEC("license") = "GPL";

static bool cancelled(int status)
{
	/* usb_unlink_urb, usb_kill_urb, and the device or its controller gone */
	return status == -ENOENT || status == -ECONNRESET || status == -ESHUTDOWN;
}

SEC("fentry/__usb_hcd_giveback_urb")
int BPF_PROG(wattest_usb, struct urb *urb)
{
	/*
	 * The final status is still in `unlinked`: usb_hcd_giveback_urb passes it there, and the function that
	 * we are at the entry of copies it to `status`, after it has made a short read an error if that was asked.
	 */
	int status = urb->unlinked;
	__u32 bytes = urb->actual_length;
	__u32 flags = 0;

	if (cancelled(status)) {
		if (!bytes)
			return 0;
	} else if (status || ((urb->transfer_flags & URB_SHORT_NOT_OK) &&
			      bytes < urb->transfer_buffer_length)) {
		flags |= WATTEST_TRANSFER_FAILED;
	}
	if (urb->transfer_flags & URB_DIR_IN)
		flags |= WATTEST_TRANSFER_IN;
	wattest_usb_transfer(urb->dev->bus->busnum, urb->dev->devnum, flags, bytes);
	return 0;
}
