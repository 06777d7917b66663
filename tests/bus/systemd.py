#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# In the place of systemd on a system bus of our own: as much of it as
# systemd-logind needs to make sessions for pam_systemd.  Every unit starts and
# stops at once, and nothing comes of it.
# usage: systemd.py ADDRESS

import sys

import dbus
import dbus.bus
import dbus.service
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib

NAME = "org.freedesktop.systemd1"
MANAGER = NAME + ".Manager"
PATH = "/org/freedesktop/systemd1"


class Manager(dbus.service.Object):
    jobs = 0

    def job(self, unit):
        Manager.jobs += 1
        number, path = Manager.jobs, PATH + "/job/%d" % Manager.jobs
        GLib.idle_add(lambda: self.JobRemoved(number, path, unit, "done"))
        return path

    @dbus.service.signal(MANAGER, signature="uoss")
    def JobRemoved(self, number, job, unit, result):
        pass

    @dbus.service.method(MANAGER, in_signature="ssa(sv)a(sa(sv))",
                         out_signature="o")
    def StartTransientUnit(self, unit, mode, properties, more):
        return self.job(unit)

    @dbus.service.method(MANAGER, in_signature="ss", out_signature="o")
    def StartUnit(self, unit, mode):
        return self.job(unit)

    @dbus.service.method(MANAGER, in_signature="ss", out_signature="o")
    def StopUnit(self, unit, mode):
        return self.job(unit)

    @dbus.service.method(MANAGER)
    def Subscribe(self):
        pass

    @dbus.service.method("org.freedesktop.systemd1.Scope")
    def Abandon(self):
        pass


bus = dbus.bus.BusConnection(sys.argv[1], mainloop=DBusGMainLoop())
Manager(bus, PATH)
bus.request_name(NAME)
GLib.MainLoop().run()
