#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every fuzz target over its seeds, its corpus and some mutations: what `make fuzz` does for hours.
# timeout: 120
cd "$(dirname "$0")/../.." || exit 1
exec build/san/tests/fuzz/smoke/smoke
