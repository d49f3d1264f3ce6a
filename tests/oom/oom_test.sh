#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Memory runs out at one allocation of each place in the program, and at some more, of each command; `make check-oom` does it at all of them.
# timeout: 180
cd "$(dirname "$0")/../.." || exit 1
exec build/san/tests/oom/oom --sample 5
