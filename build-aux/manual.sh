#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# manual.sh SLABLAB FILE.in: a manual page or a completion, with the program's own tables in it.
#
# A line `@TABLE FORM@` of FILE.in becomes the rows of `manual TABLE`, each in that form (the functions below);
# @VERSION@ anywhere becomes the version.

set -eu
slablab=$1 template=$2
LC_ALL=C
export LC_ALL
version=$("$slablab" --version)
version=${version##* }
engines=$("$slablab" -c 'manual engines' | cut -f 1 | paste -s -d ' ' -)

# Fields come with \\ and \n escaped; roff and shells get their own escapes.
rows() {        # rows TABLE FORM
    "$slablab" -c "manual $1" | awk -F '\t' -v form="$2" -v engines="$engines" '
        function plain(s) { gsub(/\\n/, "\n", s); gsub(/\\\\/, "\\", s); return s }
        function roff(s) {
            s = plain(s); gsub(/\\/, "\\e", s); gsub(/-/, "\\-", s); gsub(/\n/, "\n\\\\\\&", s)
            sub(/^[.'"'"']/, "\\\\\\&&", s); return s
        }
        function shell(s) { s = plain(s); gsub(/'"'"'/, "", s); return s }
        function option(s) { return "\\fB" roff(s) "\\fR" }
        form == "options" {
            print ".TP"
            print ($1 != "" ? option("-" $1) ($3 != "" ? " \\fI" roff($3) "\\fR" : "") ", " : "") \
                  option("--" $2) ($3 != "" ? "=\\fI" roff($3) "\\fR" : "")
            print "\\&" roff($4) "."
        }
        form == "commands" && $1 == "group" { print ".SS " roff($2) ": " roff($3) }
        form == "commands" && $1 == "command" {
            print ".TP\n\\fB" roff($2) "\\fR\n\\&" roff($3) "."
            if ($4 != "") { sub(/\\n$/, "", $4); print ".br\n.nf\n\\&" roff($4) "\n.fi" }
            if ($5 != "") print ".br\nAlso: \\fB" roff($5) "\\fR."
        }
        form == "events" && $1 == "group" { print ".SS " roff($2) "   " roff($3) }
        form == "events" && $1 == "event" { print ".TP\n\\fB" roff($2) "\\fR\n\\&" roff($3) "." }
        form == "terms" && NF < 2 { print ".SS " roff($1); next }
        form == "terms" { print ".TP\n\\fB" roff($1) "\\fR\n\\&" roff($2) "." }
        form == "bash" { printf "--%s%s ", $2, $3 != "" ? "=" : ""; if ($1 != "") printf "-%s ", $1 }
        form == "zsh" {
            text = shell($4); gsub(/\[/, "\\[", text); gsub(/\]/, "\\]", text); gsub(/:/, "\\:", text)
            arg = $3 == "" ? "" : ":" tolower(shell($3)) ":" ($3 == "ENGINE" ? "_slablab_engines" : $3 == "FILE" ? "_files" : \
                  $3 == "WHEN" ? "(auto always never)" : " ")
            if ($1 != "") printf "    %s'"'"'-%s[%s]%s'"'"' \\\n", $1 == "c" ? "\\*" : "", $1, text, arg
            printf "    %s'"'"'--%s%s[%s]%s'"'"' \\\n", $2 == "command" ? "\\*" : "", $2, $3 == "" ? "" : "=", text, arg
        }
        form == "fish" {
            printf "complete -c slablab%s -l %s%s -d '"'"'%s'"'"'\n", $1 == "" ? "" : " -s " $1, $2, \
                $3 == "" ? "" : $3 == "FILE" ? " -r" : $3 == "ENGINE" ? " -x -a \"" engines "\"" : \
                $3 == "WHEN" ? " -x -a \"auto always never\"" : " -x", shell($4)
        }
        form == "names" && $1 == "command" { printf "%s ", $6 }
        form == "words" { printf "%s ", $1 }
        END { if (form == "bash" || form == "names" || form == "words") print "" }'
}

while IFS= read -r line; do
    case $line in
    @*' '*@)
        line=${line#@}; line=${line%@}
        rows "${line% *}" "${line#* }" ;;
    *)
        printf '%s\n' "$line" ;;
    esac
done <"$template" | sed "s/@VERSION@/$version/g"
