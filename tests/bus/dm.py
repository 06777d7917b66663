#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# In the place of a display manager on a system bus of our own, for what a
# real one does not do when it is told to: hang, refuse, lie.
# usage: dm.py ADDRESS USER MODE_FILE LOG
# The mode is read at each call: ok, cannot, refuse, hang, hang-late, none, two,
# many, garbage.  LOG gets a line "switched SEAT" for each switch.

import sys

import dbus
import dbus.bus
import dbus.service
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib

NAME = "org.freedesktop.DisplayManager"
PATH = "/org/freedesktop/DisplayManager"
PROPERTIES = "org.freedesktop.DBus.Properties"
address, user, mode_file, log = sys.argv[1:]


def mode():
    with open(mode_file, encoding="ascii") as f:
        return f.read().strip()


class Refused(dbus.DBusException):
    _dbus_error_name = NAME + ".Error.Refused"


class Object(dbus.service.Object):
    def get(self, name):
        raise Refused("no " + name)

    @dbus.service.method(PROPERTIES, in_signature="ss", out_signature="v",
                         async_callbacks=("done", "failed"))
    def Get(self, interface, name, done, failed):
        if mode() == "hang":
            return
        try:
            done(self.get(name))
        except dbus.DBusException as e:
            failed(e)


class Manager(Object):
    def get(self, name):
        paths = [PATH + "/Session0"]
        if mode() == "none":
            paths = []
        elif mode() == "two":
            paths.append(PATH + "/Session1")
        elif mode() == "many":
            paths = [PATH + "/Session2"] * 20000
        elif mode() == "garbage":
            return dbus.String("\x1b[2J")
        return dbus.Array(paths, signature="o")


class Session(Object):
    def __init__(self, number, who):
        super().__init__(bus, PATH + "/Session%d" % number)
        self.who, self.seat = who, PATH + "/Seat%d" % number

    def get(self, name):
        return dbus.String(self.who) if name == "UserName" else \
            dbus.ObjectPath(self.seat)


class Seat(Object):
    def get(self, name):
        return dbus.Boolean(mode() != "cannot")

    @dbus.service.method(NAME + ".Seat", async_callbacks=("done", "failed"))
    def SwitchToGreeter(self, done, failed):
        if mode() == "hang-late":
            return
        if mode() == "refuse":
            failed(Refused("not\x1b[2J\nnow" + "x" * 5000))
            return
        with open(log, "a", encoding="ascii") as f:
            f.write("switched " + self.__dbus_object_path__ + "\n")
        done()


bus = dbus.bus.BusConnection(address, mainloop=DBusGMainLoop())
objects = [Manager(bus, PATH), Session(0, user), Session(1, user),
           Session(2, "nobody-here")]
objects += [Seat(bus, PATH + "/Seat%d" % n) for n in range(2)]
bus.request_name(NAME)
GLib.MainLoop().run()
