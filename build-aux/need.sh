#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# need.sh: see what the build lacks, and get it.
#
#   build-aux/need.sh          what `make` and `make check` need
#   build-aux/need.sh --ci     also what .ci/run would like (taken where apt has it)
#   build-aux/need.sh --deb    also what makes a Debian package
#
# Where apt-get may be used (root, or sudo without a password) it installs; elsewhere it
# prints the one command for each package manager. Status 0: nothing is missing any more.
# SLABLAB_INSTALL=no in the environment: never install.

cd "$(dirname "$0")/.." || exit 1
PKG_CONFIG=${PKG_CONFIG:-pkg-config}
export DEBIAN_FRONTEND=noninteractive

have() { command -v "$1" >/dev/null 2>&1; }

cc_name() {
    for c in "${CC:-cc}" gcc clang; do
        have "${c%% *}" && { echo "$c"; return; }
    done
    return 1
}

# A compiler without the C library's headers is no compiler. ($cc may hold options too.)
cc_works() {
    cc=$(cc_name) || return 1
    dir=$(mktemp -d) || return 1
    echo '#include <stdio.h>
          int main(void) { return puts("") < 0; }' >"$dir/t.c"
    $cc -o "$dir/t" "$dir/t.c" >/dev/null 2>&1
    status=$?
    rm -rf "$dir"
    return $status
}

# lib HEADER MODULE...: one of the modules, or at least its header
lib() {
    header=$1
    shift
    for module in "$@"; do
        $PKG_CONFIG --exists "$module" 2>/dev/null && return 0
    done
    cc=$(cc_name) || return 1
    echo "#include <stdio.h>
          #include <$header>" | $cc -E - >/dev/null 2>&1
}

# A tree with a configure script (a release) builds without the autotools.
autotools() {
    { [ -x configure ] && [ -f Makefile.in ]; } || have "$1"
}

# need PROBE -- WHAT APT DNF PACMAN BREW: a row of the table; "a,b" is two packages
need() {
    probe=
    while [ "$1" != -- ]; do probe="$probe $1"; shift; done
    $probe && return
    missing="$missing $2"
    apt="$apt $(echo "$3" | tr , ' ')"
    dnf="$dnf $(echo "$4" | tr , ' ')"
    pacman="$pacman $(echo "$5" | tr , ' ')"
    brew="$brew $(echo "$6" | tr , ' ')"
}

probe_all() {
    missing='' apt='' dnf='' pacman='' brew=''
    #    probe                                  what         apt              dnf                 pacman   brew
    need cc_works                            -- C-compiler   gcc,libc6-dev    gcc,glibc-devel     gcc      gcc
    need have make                           -- make         make             make                make     make
    need have "$PKG_CONFIG"                  -- pkg-config   pkg-config       pkgconf-pkg-config  pkgconf  pkgconf
    need autotools autoreconf                -- autoconf     autoconf         autoconf            autoconf autoconf
    need autotools automake                  -- automake     automake         automake            automake automake
    need lib readline/readline.h readline    -- readline     libreadline-dev  readline-devel      readline readline
    need lib curses.h ncursesw ncurses       -- ncurses      libncurses-dev   ncurses-devel       ncurses  ncurses
    need lib cjson/cJSON.h libcjson          -- cJSON        libcjson-dev     cjson-devel         cjson    cjson
    need lib check.h check                   -- Check        check            check-devel         check    check
    need lib cmark.h libcmark                -- cmark        libcmark-dev     cmark-devel         cmark    cmark
    need lib zlib.h zlib                     -- zlib         zlib1g-dev       zlib-devel          zlib     zlib
}

# What .ci/run would like: command and apt package; "python3 -c import X" is written python3-X
wanted='msgfmt:gettext clang:clang tmux:tmux python3:python3 valgrind:valgrind groff:groff zsh:zsh fish:fish lintian:lintian dh:debhelper python3-jsonschema:python3-jsonschema jq:jq chromium:chromium dot:graphviz rsvg-convert:librsvg2-bin musl-gcc:musl-tools'

# clang's libFuzzer comes in a package of its own, which bears clang's version.
has_fuzzer() {
    dir=$(mktemp -d) || return 1
    echo 'int LLVMFuzzerTestOneInput(const char *data, long n) { return data && n < 0; }' >"$dir/t.c"
    clang -fsanitize=fuzzer,address -o "$dir/t" "$dir/t.c" >/dev/null 2>&1
    status=$?
    rm -rf "$dir"
    return $status
}

fuzzer_package() {
    echo "libclang-rt-$(clang -dumpversion 2>/dev/null | sed 's/\..*//')-dev"
}

# have_wanted COMMAND, or the module of a python3-MODULE, or the fuzzer
have_wanted() {
    case $1 in
    fuzzer)    has_fuzzer ;;
    python3-*) python3 -c "import ${1#python3-}" 2>/dev/null ;;
    *)         have "$1" ;;
    esac
}

# What `make deb` needs, beside what build-aux/debian/control says
packagers='dpkg-buildpackage:dpkg-dev dh:debhelper'

# Debian's own list of what a package is built with, less what is there: "foo (>= 1)", "foo:native" are foo.
unmet() {
    dpkg-checkbuilddeps build-aux/debian/control 2>&1 |
        sed -n 's/.*Unmet build dependencies: //p' | sed 's/([^)]*)//g; s/:native//g; s/|[^ ]*//g'
}

# as_root COMMAND...: only after may_install
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_install() {
    [ "$SLABLAB_INSTALL" != no ] && have apt-get || return 1
    [ "$(id -u)" = 0 ] || { have sudo && sudo -n true 2>/dev/null; }
}

apt_update() {
    updated=yes
    as_root apt-get -q -o DPkg::Lock::Timeout=120 update </dev/null
}

apt_has_lists() {
    for list in /var/lib/apt/lists/*_Packages*; do
        [ -e "$list" ] && return 0
    done
    return 1
}

apt_get() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 \
        install --no-install-recommends "$@" </dev/null
}

# Lists that are there may still be too old to install from: update, and once more.
install_packages() {
    echo "slablab: installing with apt-get: $*"
    [ -n "$updated" ] || apt_has_lists || apt_update
    apt_get "$@" && return
    [ -z "$updated" ] || return
    apt_update
    apt_get "$@"
}

print_commands() {
    cat >&2 <<END
slablab: missing:$missing
Install with the one of these that your system has, then run make again:
  apt     sudo apt-get install$apt
  dnf     sudo dnf install$dnf
  pacman  sudo pacman -S --needed$pacman
  brew    brew install$brew && export PKG_CONFIG_PATH="\$(brew --prefix readline)/lib/pkgconfig:\$(brew --prefix ncurses)/lib/pkgconfig"
END
}

# install_wanted COMMAND:PACKAGE...
install_wanted() {
    for pair in "$@"; do
        have_wanted "${pair%%:*}" && continue
        if may_install; then
            [ -n "$updated" ] || apt_has_lists || apt_update
            if apt-cache show "${pair#*:}" >/dev/null 2>&1; then
                install_packages "${pair#*:}"
            fi
        fi
        have_wanted "${pair%%:*}" || echo "slablab: no ${pair%%:*}: what needs it is skipped"
    done
}

updated='' installed=''
probe_all
if [ -n "$missing" ] && may_install; then
    # shellcheck disable=SC2086  # a list of packages
    installed=yes
    install_packages $apt
    hash -r
    probe_all
fi
if [ -n "$missing" ]; then
    print_commands
    exit 1
fi
# shellcheck disable=SC2086  # lists of pairs
case $1 in
"")    [ -z "$installed" ] || install_wanted msgfmt:gettext ;; # Chinese; English does without
--ci)
    install_wanted $wanted
    install_wanted "fuzzer:$(fuzzer_package)" ;;
--deb)
    install_wanted $packagers
    have dpkg-buildpackage || { echo "slablab: make deb is for Debian and its like" >&2; exit 1; }
    lacks=$(unmet)
    if [ -n "$lacks" ] && may_install; then
        install_packages $lacks
        lacks=$(unmet)
    fi
    if [ -n "$lacks" ]; then
        echo "slablab: a package is built with more: sudo apt-get install $lacks" >&2
        exit 1
    fi ;;
esac
exit 0
