#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Root does to the measurement what he can; the log says what, by which program: tests/vm/guest.d/integrity.sh.
# timeout: 300
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/run" -n integrity "$here/guest.d/integrity.sh"
