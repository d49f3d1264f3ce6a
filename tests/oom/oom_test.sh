#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Memory runs out at some of the allocations of each command; `make check-oom` does it at all of them.
# timeout: 180
cd "$(dirname "$0")/../.." || exit 1
exec build/san/tests/oom/oom --sample 10
