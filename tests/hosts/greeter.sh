# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# lightdm in a site: the daemon, its X server on no hardware, its bus, and
# somebody who sits before it.  Source it after tests/site.sh and
# tests/cases.sh, with $dir set, inside site_enter; then, after site_make:
#
#   greeter_missing          0, and what is missing, if a program is not there
#   greeter_site             its folders; nothing of the machine is written
#   greeter_logind           before greeter_start: the real logind on that bus,
#                            which is the system's in here, with terminals that
#                            are none of the machine's; see there
#   greeter_start            the daemon; greeter_stop ends all that it began
#   greeter_is gtk | said    lightdm-gtk-greeter, or tests/hosts/greeter.py with
#                            the answers in $LDM/answers, from the next one on
#   greeter_asks N           waits until lightdm has passed N messages on since
#                            this authentication began, and the field has the
#                            keyboard
#   greeter_tells N          the same for messages that are no question
#   greeter_type TEXT        types it and the Return key
#   greeter_shot NAME        $dir/NAME.png: what is on the screen
#   greeter_session          waits for a session; $LDM/env is its environment
#   greeter_leave            ends the session, and waits for the next greeter
#
# $LDM is its folder, $LDM_BUS the socket of its bus.  The session is a script,
# $LDM/session.

LDM_HERE=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
LDM_DISPLAY=:78

greeter_missing() {
	local tool missing=1
	for tool in lightdm lightdm-gtk-greeter Xvfb xdotool import dbus-daemon; do
		PATH=$PATH:/usr/sbin command -v $tool >/dev/null ||
		    { echo "no $tool"; missing=0; }
	done
	return $missing
}

_greeter_conf() {
	mkdir -p /etc/lightdm || return
	mount -t tmpfs -o mode=755 tmpfs /etc/lightdm || return
	cat >/etc/lightdm/lightdm-gtk-greeter.conf <<-END
		[greeter]
		indicators=
		background=#000000
		cursor-theme-name=
	END
	cat >/etc/lightdm/lightdm.conf <<-END
		[LightDM]
		logind-check-graphical=false
		minimum-display-number=${LDM_DISPLAY#:}
		log-directory=$LDM/log
		run-directory=$LDM/run
		cache-directory=$LDM/cache
		sessions-directory=$LDM/sessions
		user-authority-in-system-dir=true

		[Seat:*]
		pam-service=lightdm
		pam-greeter-service=lightdm-greeter
		xserver-command=$LDM/xserver
		greeter-session=lightdm-gtk-greeter
		greeter-wrapper=$LDM/wrapper
		user-session=ward
		session-wrapper=/usr/bin/env
		greeter-hide-users=true
		greeter-show-manual-login=true
	END
}

# Neither a terminal nor a socket in /tmp nor a lock: what it does not know.
# Nobody else is in this network, and cookies go by the name of the machine.
_greeter_xserver() {
	cat >"$LDM/xserver" <<-END
		#!/bin/bash
		args=()
		while ((\$# > 0)); do
			case \$1 in
			vt* | -novtswitch | -sharevts) ;;
			-seat) shift ;;
			*) args+=("\$1") ;;
			esac
			shift
		done
		exec Xvfb "\${args[@]}" -nolock -nolisten unix -ac \
		    -screen 0 800x500x24 >>"$LDM/xserver.log" 2>&1
	END
}

_greeter_scripts() {
	cat >"$LDM/wrapper" <<-END
		#!/bin/sh
		export NO_AT_BRIDGE=1 GTK_THEME=Adwaita LC_ALL=C.UTF-8 \
		    XDG_CONFIG_HOME=$LDM/config
		[ ! -e "$LDM/said" ] || exec python3 "$LDM_HERE/greeter.py" \
		    "$LDM/answers" "$LDM/said.log"
		exec "\$@"
	END
	cat >"$LDM/session" <<-END
		#!/bin/sh
		{ date +began=%s%N; echo "who=\$(id -un)"; env; } >"$LDM/env.new"
		mv "$LDM/env.new" "$LDM/env"
		while [ -e "$LDM/stay" ]; do sleep 0.05; done
	END
	chmod 755 "$LDM"/{wrapper,session,xserver}
	# what blinks looks different each time
	mkdir -p "$LDM/config/gtk-3.0"
	printf '%s\n' '[Settings]' gtk-cursor-blink=0 \
	    >"$LDM/config/gtk-3.0/settings.ini"
	printf '%s\n' '[Desktop Entry]' Name=ward "Exec=$LDM/session" \
	    >"$LDM/sessions/ward.desktop"
}

_greeter_bus() {
	cat >"$LDM/bus.conf" <<-END
		<!DOCTYPE busconfig PUBLIC
		 "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
		 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
		<busconfig>
		<type>system</type>
		<listen>unix:path=$LDM_BUS</listen>
		<auth>EXTERNAL</auth>
		<policy context="default">
		<allow user="*"/><allow own="*"/>
		<allow send_type="method_call"/><allow send_type="signal"/>
		<allow send_requested_reply="true" send_type="method_return"/>
		<allow send_requested_reply="true" send_type="error"/>
		<allow receive_type="method_call"/>
		<allow receive_type="signal"/>
		<allow receive_type="method_return"/>
		<allow receive_type="error"/>
		</policy>
		</busconfig>
	END
}

greeter_site() {
	LDM=${dir:?}/ldm
	: "${LDM_BUS:=$LDM/bus}"
	mkdir -p "$LDM"/{run,log,cache,sessions} && chmod 1777 "$LDM" || return
	# lightdm writes to both
	mount -t tmpfs -o mode=755 tmpfs /var/log &&
	    mount -t tmpfs -o mode=755 tmpfs /var/lib &&
	    mkdir -p /var/lib/xkb /var/lib/lightdm /var/lib/lightdm-data &&
	    chown lightdm: /var/lib/lightdm || return
	_greeter_conf && _greeter_xserver && _greeter_scripts &&
	    _greeter_bus || return
	# users have a home, and it is not the machine's
	mkdir -m 777 "$LDM/home"
	sed -i "s|:/nonexistent:/bin/sh\$|:$LDM/home:/bin/sh|" \
	    "$SITE/etc/passwd" && cat "$SITE/etc/passwd" >/etc/passwd
	site_pam lightdm-greeter <<-END
		auth required pam_permit.so
		account required pam_permit.so
		session required pam_permit.so
	END
	export DISPLAY=$LDM_DISPLAY XAUTHORITY=$LDM/run/root/$LDM_DISPLAY
}

# _greeter_soon SECONDS COMMAND...: is it true by then?
_greeter_soon() {
	local i n=$(($1 * 50))
	shift
	for ((i = 0; i < n; i++)); do
		"$@" && return
		sleep 0.02
	done
	return 1
}

# What lightdm has written since the last authentication began.
_greeter_log() {
	awk '/Greeter start authentication/ { n = 0; on = 1 }
	    on { line[n++] = $0 }
	    END { for (i = 0; i < n; i++) print line[i] }' \
	    "$LDM/log/lightdm.log" 2>/dev/null
}

_greeter_passed() {
	(($(_greeter_log | grep -c 'Prompt greeter with') >= $1))
}

# The frame of a field that has the keyboard is the theme's blue.
_greeter_field() {
	(($(import -window root -depth 8 rgb:- 2>/dev/null | LC_ALL=C grep \
	    -oaP '\x35\x84\xe4|\x31\x82\xe4|\x2d\x81\xe3|\x1b\x6a\xcb|\x86\xb5\xef|\x9a\xc2\xf2|\x9a\xc1\xf1|\x31\x83\xe4' | wc -l) > 60))
}

_greeter_bus_start() {
	[[ ! -S $LDM_BUS ]] || return 0
	dbus-daemon --config-file="$LDM/bus.conf" --nofork --nopidfile \
	    </dev/null >"$LDM/bus.log" 2>&1 &
	echo $! >"$LDM/bus.pid"
	_greeter_soon 10 test -S "$LDM_BUS"
}

# Which terminal is in front logind reads from a file of the kernel's that
# tells of changes.  The name of this machine is one, too, and of a namespace
# of our own: lightdm gets terminals that nobody else sees, and what it
# switches to becomes the name.  Needs unshare --uts.
_greeter_terminals() {
	echo tty7 >/proc/sys/kernel/hostname &&
	    mount --bind /proc/sys/kernel/hostname \
	    /sys/class/tty/tty0/active && mount --bind /dev/null /dev/tty0 ||
	    return
	: >"$LDM/log/lightdm.log"
	tail -n +1 -F "$LDM/log/lightdm.log" 2>/dev/null | while read -r line; do
		[[ $line != *"Activating VT "* ]] ||
		    echo "tty${line##* }" >/proc/sys/kernel/hostname
	done &
}

# systemd itself is played: it says that each unit is started.
greeter_logind() {
	mkdir -p /run/dbus \
	    /run/systemd/{seats,sessions,users,system,inhibit,shutdown}
	_greeter_terminals && _greeter_bus_start || return
	/usr/bin/python3 "$LDM_HERE/../bus/systemd.py" "unix:path=$LDM_BUS" \
	    </dev/null >"$LDM/systemd.log" 2>&1 &
	echo $! >"$LDM/systemd.pid"
	_greeter_soon 10 _greeter_named org.freedesktop.systemd1 || return
	/lib/systemd/systemd-logind </dev/null >"$LDM/logind.log" 2>&1 &
	echo $! >"$LDM/logind.pid"
	_greeter_soon 10 _greeter_named org.freedesktop.login1
}

_greeter_named() {
	busctl --system call org.freedesktop.DBus /org/freedesktop/DBus \
	    org.freedesktop.DBus GetNameOwner s "$1" >/dev/null 2>&1
}

greeter_start() {
	_greeter_bus_start || return
	: >"$LDM/stay"
	# where there is a display already it would take Xephyr
	env -u DISPLAY -u XAUTHORITY \
	    "DBUS_SYSTEM_BUS_ADDRESS=unix:path=$LDM_BUS" \
	    lightdm -d -c /etc/lightdm/lightdm.conf </dev/null >"$LDM/out" 2>&1 &
	echo $! >"$LDM/pid"
	_greeter_soon 20 _greeter_passed 1
}

greeter_stop() {
	local name pid
	for name in pid logind.pid systemd.pid bus.pid; do
		pid=$(cat "$LDM/$name" 2>/dev/null) || continue
		rm -f "$LDM/$name"
		kill "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	rm -f "$LDM_BUS"
	return 0
}

greeter_is() {
	rm -f "$LDM/said" "$LDM/said.log"
	[[ $1 == gtk ]] || : >"$LDM/said"
}

greeter_tells() {
	_greeter_soon "${2:-15}" _greeter_passed "$1"
}

greeter_asks() {
	greeter_tells "$1" && _greeter_soon 5 _greeter_field && sleep 0.4
}

_greeter_answered() {
	(($(grep -c 'Continue authentication' "$LDM/log/lightdm.log") > $1))
}

# What was typed before the field took keys is lost: again then.
greeter_type() {
	local before i
	before=$(grep -c 'Continue authentication' "$LDM/log/lightdm.log")
	for ((i = 0; i < 4; i++)); do
		xdotool key ctrl+a && xdotool type --delay 5 -- "$1" &&
		    xdotool key Return
		! _greeter_soon 2 _greeter_answered "$before" || return 0
	done
	return 1
}

greeter_shot() {
	import -window root "$dir/$1.png"
}

greeter_session() {
	_greeter_soon 15 test -e "$LDM/env"
}

_greeter_began() {
	(($(grep -c 'Greeter start authentication' "$LDM/log/lightdm.log") > \
	    $1))
}

greeter_leave() {
	local before
	before=$(grep -c 'Greeter start authentication' "$LDM/log/lightdm.log")
	rm -f "$LDM/stay" "$LDM/env"
	_greeter_soon 20 _greeter_began "$before"
	: >"$LDM/stay"
}
