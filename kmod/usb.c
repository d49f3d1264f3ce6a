// SPDX-License-Identifier: GPL-2.0
/*
 * USB devices with an interface that an ASIC, or the serial converter before one, may have. All
 * configurations count, not only the active one, which root chooses.
 *
 * Followed by the bus's notifier and not by USB's own: that one is called by the generic device
 * driver, so unbinding it, or binding another (usbip-host), would hide a device that is plugged and
 * may work. The bus is not exported, but every USB device points at it; USB's notifier brings the
 * first one on a host that has none yet.
 */
#include <linux/string.h>
#include <linux/usb.h>

#include "device.h"
#include "usb.h"

/*
 * Serial converters found before ASICs. Their ids are generic; that they are such is all they say.
 */
static const struct usb_device_id converters[] = {
	{ USB_DEVICE(0x0403, 0x6001) },	/* FTDI FT232R */
	{ USB_DEVICE(0x0403, 0x6010) },	/* FTDI FT2232 */
	{ USB_DEVICE(0x0403, 0x6011) },	/* FTDI FT4232 */
	{ USB_DEVICE(0x0403, 0x6014) },	/* FTDI FT232H */
	{ USB_DEVICE(0x0403, 0x6015) },	/* FTDI FT230X */
	{ USB_DEVICE(0x04d8, 0x000a) },	/* Microchip CDC */
	{ USB_DEVICE(0x067b, 0x2303) },	/* Prolific PL2303 */
	{ USB_DEVICE(0x067b, 0x23a3) },	/* Prolific PL2303GC */
	{ USB_DEVICE(0x10c4, 0xea60) },	/* Silicon Labs CP210x */
	{ USB_DEVICE(0x10c4, 0xea70) },	/* Silicon Labs CP2105 */
	{ USB_DEVICE(0x10c4, 0xea71) },	/* Silicon Labs CP2108 */
	{ USB_DEVICE(0x1a86, 0x5523) },	/* WCH CH341 */
	{ USB_DEVICE(0x1a86, 0x7523) },	/* WCH CH340 */
	{ USB_DEVICE(0x1a86, 0x55d4) },	/* WCH CH9102 */
	{ USB_DEVICE(0x29f1, 0x33f2) },	/* Avalon AUC, to I2C */
	{ }
};

static const struct bus_type *bus;	/* set once */
static DEFINE_MUTEX(bus_lock);
static bool leaving;			/* bus_lock */
static atomic_t left_out;		/* some device found no room */

static bool is_converter(const struct usb_device_descriptor *d)
{
	const struct usb_device_id *id;

	for (id = converters; id->match_flags; id++)
		if (le16_to_cpu(d->idVendor) == id->idVendor &&
		    le16_to_cpu(d->idProduct) == id->idProduct)
			return true;
	return false;
}

/* WATTEST_DEVICE_* by the interfaces of all configurations; 0: not a device that we follow. */
static u8 classify(const struct usb_device *udev)
{
	u8 flags = is_converter(&udev->descriptor) ? WATTEST_DEVICE_CONVERTER : 0;
	int c, i, a;

	for (c = 0; udev->config && c < udev->descriptor.bNumConfigurations; c++) {
		const struct usb_host_config *config = &udev->config[c];

		for (i = 0; i < config->desc.bNumInterfaces; i++) {
			const struct usb_interface_cache *cache = config->intf_cache[i];

			for (a = 0; cache && a < cache->num_altsetting; a++) {
				switch (cache->altsetting[a].desc.bInterfaceClass) {
				case USB_CLASS_VENDOR_SPEC:
					flags |= WATTEST_DEVICE_VENDOR;
					break;
				case USB_CLASS_COMM:
				case USB_CLASS_CDC_DATA:
					flags |= WATTEST_DEVICE_CDC;
					break;
				}
			}
		}
	}
	return flags;
}

/* Control characters (C0, DEL and, in UTF-8, C1): records hold plain text. */
static bool plain(char *s, size_t n)
{
	bool was = true;
	size_t i;

	for (i = 0; i < n; i++) {
		u8 c = s[i];

		if (c >= 0x20 && c != 0x7f && !(c == 0xc2 && i + 1 < n && (u8)s[i + 1] < 0xa0))
			continue;
		s[i] = '?';
		if (c == 0xc2)
			s[++i] = '?';
		was = false;
	}
	return was;
}

/*
 * Copies a string that may be missing; cut at a whole UTF-8 character, made plain text. Returns a
 * flag when it is not what the device said.
 */
static u8 copy_string(char *to, const char *from, size_t size)
{
	bool whole;
	size_t n;

	if (!from)
		return 0;
	n = strlen(from);
	whole = n < size;
	if (!whole) {
		n = size - 1;
		while (n && (from[n] & 0xc0) == 0x80)
			n--;
	}
	memcpy(to, from, n);
	return plain(to, n) && whole ? 0 : WATTEST_DEVICE_TRUNCATED;
}

static void add_device(struct usb_device *udev)
{
	struct wattest_device_add info = {
		.bus = WATTEST_BUS_USB,
		.flags = classify(udev),
		.vid = udev->descriptor.idVendor,
		.pid = udev->descriptor.idProduct,
		.release = udev->descriptor.bcdDevice,
	};

	if (!info.flags)
		return;
	info.flags |= copy_string(info.path, dev_name(&udev->dev), sizeof(info.path));
	info.flags |= copy_string(info.serial, udev->serial, sizeof(info.serial));
	info.flags |= copy_string(info.manufacturer, udev->manufacturer, sizeof(info.manufacturer));
	info.flags |= copy_string(info.product, udev->product, sizeof(info.product));
	if (wattest_device_add(udev, udev->bus->busnum, udev->devnum, &info))
		atomic_set(&left_out, 1);
}

static int on_bus(struct notifier_block *nb, unsigned long action, void *data)
{
	struct device *dev = data;

	/*
	 * The bus has devices and interfaces; the types are not exported, their names are part of
	 * uevents.
	 */
	if (!dev->type || strcmp(dev->type->name, "usb_device"))
		return NOTIFY_DONE;
	if (action == BUS_NOTIFY_ADD_DEVICE)
		add_device(to_usb_device(dev));
	else if (action == BUS_NOTIFY_REMOVED_DEVICE)
		wattest_device_remove(to_usb_device(dev));
	return NOTIFY_DONE;
}

static struct notifier_block bus_notifier = { .notifier_call = on_bus };

static int follow_bus(struct usb_device *udev, void *unused)
{
	guard(mutex)(&bus_lock);
	if (!bus && !leaving && !bus_register_notifier(udev->dev.bus, &bus_notifier))
		bus = udev->dev.bus;
	return 0;
}

static int on_usb(struct notifier_block *nb, unsigned long action, void *data)
{
	if (action == USB_DEVICE_ADD)
		follow_bus(data, NULL);
	return NOTIFY_DONE;
}

static struct notifier_block usb_notifier = { .notifier_call = on_usb };

/*
 * One that was there already. Its lock keeps usb_disconnect() from passing between the look at its
 * state and its being added, so its removal is always seen after.
 */
static int add_present(struct usb_device *udev, void *unused)
{
	usb_lock_device(udev);
	if (udev->state > USB_STATE_NOTATTACHED)
		add_device(udev);
	usb_unlock_device(udev);
	return 0;
}

void wattest_usb_retry(void)
{
	if (atomic_xchg(&left_out, 0))
		usb_for_each_dev(NULL, add_present);
}

int __init wattest_usb_init(void)
{
	usb_register_notify(&usb_notifier);
	usb_for_each_dev(NULL, follow_bus);
	usb_for_each_dev(NULL, add_present);
	return 0;
}

void wattest_usb_exit(void)
{
	usb_unregister_notify(&usb_notifier);
	scoped_guard(mutex, &bus_lock)
		leaving = true;
	if (bus)
		bus_unregister_notifier(bus, &bus_notifier);
}
