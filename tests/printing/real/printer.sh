#!/bin/sh
# What ippeveprinter does with a document. Faults are files beside this one.
here=$(dirname "$0")
if [ -e "$here/paper-out" ]; then
  echo "STATE: +media-empty-error" >&2
  while [ -e "$here/paper-out" ]; do sleep 0.1; done
  echo "STATE: -media-empty-error" >&2
fi
while [ -e "$here/slow" ]; do sleep 0.1; done
cp "$1" "$here/out/$(date +%s%N)"
echo "ATTR: job-impressions-completed=1" >&2
