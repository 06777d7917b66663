# SPDX-License-Identifier: BSD-2-Clause
# Sekisho: one Makefile.  Targets for people: demo, test, all, install,
# uninstall; for developers: lint, sanitize, fuzz, bench, clean.

PREFIX     = /usr
SYSCONFDIR = /etc
LIBEXECDIR = $(PREFIX)/libexec/sekisho
SBINDIR    = $(PREFIX)/sbin
PAMDIR     = $(LIBDIR)/$(MULTIARCH)/security
MANDIR     = $(PREFIX)/share/man
DOCDIR     = $(PREFIX)/share/doc/sekisho
PAMCONFIGDIR = $(PREFIX)/share/pam-configs
LIBDIR     = $(PREFIX)/lib
DESTDIR    =

CC        = gcc
CFLAGS    = -O2 -g
B         = build
MULTIARCH := $(shell $(CC) -print-multiarch)

WARN = -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wpointer-arith -Wformat=2 -Wvla $(WERROR)
HARD = -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIC
PATHS = -DSEKISHO_CONF='"$(SYSCONFDIR)/sekisho/sekisho.conf"' \
	-DSEKISHO_GATE='"$(LIBEXECDIR)/sekisho-gate"' \
	-DSEKISHO_LIBEXEC='"$(LIBEXECDIR)"' \
	-DSEKISHO_SOCKET='"/run/sekisho/gate.sock"'
CARDS = -I/usr/include/p11-kit-1 -I/usr/include/PCSC
ALL   = -std=c11 -D_GNU_SOURCE -Iinclude -I. $(CARDS) $(WARN) $(HARD) \
	$(PATHS) $(CFLAGS) -MMD -MP
LD    = -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed $(LDFLAGS)

# A folder is a process, and all its files are that program's rooms; record/
# is the identification record, and of gate/ what `sekisho` and sekisho-fetch
# share with the gate is in libstate.a: policy, state, certificates.
in = $(patsubst $(1)/%.c,%,$(wildcard $(1)/*.c))
BASE = $(call in,base)
GATE = main session judge_again phases rescue peer peer_slot possession \
	possession_hear candidates choose prove pin password front \
	fido_ask fido_judge fido_prove fido_take ssh_find tls_name remember \
	screen presence wish seat login_record login_ssh login_token \
	login_last
STATE = $(filter-out $(GATE),$(call in,gate))
PAM = $(call in,pam_module)
HELPDESK = $(call in,helpdesk)
COMPILE = $(filter compile% mds%,$(call in,fetch))
FETCH = $(filter-out $(COMPILE),$(call in,fetch))
FORMS = $(filter form% outbox_tail,$(call in,forward))
FORWARD = $(filter-out $(FORMS),$(call in,forward))

GATE_LIBS = -lcrypto -lsqlite3 -ljansson -linih
WATCH_LIBS = $(GATE_LIBS) -lpcsclite -lsystemd
FIDO_LIBS = -lfido2 -lpcsclite

SUB = $(MAKE) --no-print-directory -s -j2
obj = $(patsubst %,$(B)/$(1)/%.o,$(2))
PROGRAMS = $(addprefix $(B)/,pam_sekisho.so sekisho-gate sekisho-pkcs11 \
	sekisho-fido sekisho-password sekisho-fetch sekisho-watch sekisho) $(if \
	$(filter main,$(FORWARD)),$(B)/sekisho-forward)

all: $(PROGRAMS)

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL) -c -o $@ $<

$(B)/libbase.a: $(call obj,base,$(BASE))
$(B)/librecord.a: $(call obj,record,$(call in,record))
$(B)/libstate.a: $(call obj,gate,$(STATE))
$(B)/libcompile.a: $(call obj,fetch,$(COMPILE))
$(B)/libforms.a: $(call obj,forward,$(FORMS))
SHARED = $(B)/libcompile.a $(B)/libforms.a $(B)/libstate.a \
	$(B)/librecord.a $(B)/libbase.a
# without what a room that has moved has left in it
$(SHARED):
	@rm -f $@
	$(AR) rcs $@ $^

$(B)/pam_module/%.o $(B)/base/%.o: HARD += -fvisibility=hidden
$(B)/pam_sekisho.so: $(call obj,pam_module,$(PAM)) $(B)/libbase.a \
    pam_module/pam_sekisho.map
	$(CC) $(LD) -shared -Wl,--version-script=pam_module/pam_sekisho.map \
	    -Wl,-z,defs -o $@ $(filter %.o %.a,$^) -lpam
$(B)/sekisho-gate: $(call obj,gate,$(GATE)) $(B)/libstate.a \
    $(B)/librecord.a $(B)/libbase.a
	$(CC) $(LD) -pie -o $@ $^ $(GATE_LIBS)
$(B)/sekisho-pkcs11: $(call obj,pkcs11,$(call in,pkcs11)) $(B)/libbase.a
	$(CC) $(LD) -pie -o $@ $^ -lpcsclite
$(B)/sekisho-fido: $(call obj,fido,$(call in,fido)) $(B)/libbase.a
	$(CC) $(LD) -pie -o $@ $^ $(FIDO_LIBS)
$(B)/sekisho-password: $(call obj,password,$(call in,password)) $(B)/libbase.a
	$(CC) $(LD) -pie -o $@ $^ -lpam
$(B)/sekisho: $(call obj,helpdesk,$(HELPDESK)) $(SHARED)
	$(CC) $(LD) -pie -o $@ $^ $(GATE_LIBS)
$(B)/sekisho-fetch: $(call obj,fetch,$(FETCH)) $(SHARED)
	$(CC) $(LD) -pie -o $@ $^ -lcurl $(GATE_LIBS)
$(B)/sekisho-forward: $(call obj,forward,$(FORWARD)) $(SHARED)
	$(CC) $(LD) -pie -o $@ $^ $(GATE_LIBS)
$(B)/sekisho-watch: $(call obj,watch,$(call in,watch)) $(SHARED)
	$(CC) $(LD) -pie -o $@ $^ $(WATCH_LIBS) -lpthread

# -- tests: a program for each file of C_TESTS, then scripts and tools
C_TESTS = $(filter %_test,$(call in,tests))
# the programs that people log in with, a script each in tests/hosts
HOSTS = openvpn sshd lightdm lightdm_switch remember swaylock su sshd_key \
	locker_abuse xsecurelock xscreensaver sudo login polkit \
	pam_auth_update
# the longest first, so that none of them is left over at the end
S_TESTS = forward_rsyslog fuzz_smoke fido_login card_login doctor socket \
	watch_faults watch switch $(HOSTS:%=hosts/%) fetch_attack fido_gate \
	fetch pkcs11_helper login stacks tls_name faults import audit_export \
	audit_count audit_token forward card/selfcheck limits record_crowd \
	pkcs11_card fido_card_moves audit_agree fido_card ssh_login download \
	rescue last_login ocsp fido_helper fido/fido_selfcheck enrol_fido \
	enrol_fido_judge mds pam_abuse fido_card_login pam_gate doctor_pam \
	sekisho_cli fido_wire verify hpki_test install enrol_ssh verify_here \
	audit_prove pam_retval roles enrol_card audit_show audit_report \
	password_test verify_ocsp docs audit_key fido_models_login links \
	person_show watch_hidepid
T_TOOLS = front_abuse pkcs11_faults pkcs11_helper pkcs11_drive pkcs11_hold \
	auditmint forms_log record_drive ttydrive fido/mdsmint fido/liar \
	fido/fidorow
PAM_TOOLS = fakegate passdrive
BENCH_TOOLS = walltime peakrss bigcrl indexbench checktime fidotime \
	appendtime appendcost verifyrate biglog tokentime
FUZZERS = apdu audit audit_line authfile fetch fido fido_wire forms front \
	helper index kept mds note ocsp points policy role session ssh
T = $(B)/tests
LONG = $(T)/audit_crash_test
TESTS = $(LONG) $(patsubst %,tests/%.sh,$(filter-out $(NOT),$(S_TESTS))) \
	$(filter-out $(LONG),$(C_TESTS:%=$(T)/%))
PARTS = $(addprefix $(T)/,$(T_TOOLS) $(PAM_TOOLS) pamdrive pamthreads \
	pam_odd.so pam_sekisho_short.so badp11.so card/vcard card/card-status \
	badserver getdrive known_dh.so) $(FIDO_PARTS)

$(C_TESTS:%=$(T)/%) $(T_TOOLS:%=$(T)/%): $(T)/%: $(B)/tests/%.o $(SHARED)
	$(CC) $(LD) -o $@ $(filter %.o,$^) $(SHARED) $(GATE_LIBS)
FIXED = certificate_test certificate_form_test certificate_key_test \
	hpki_check_test index_file_test index_path_test ocsp_cache_test
$(FIXED:%=$(T)/%): $(T)/certificate_fixture.o
$(patsubst %,$(T)/certificate_%_test,attack crls paths rules): \
    $(T)/certificate_chain.o
$(T)/ocsp_test $(T)/ocsp_cache_test $(T)/fuzz_ocsp: $(T)/ocsp_cast.o \
    $(T)/ocsp_mint.o
$(T)/download_text_test $(T)/fuzz_fetch: $(call obj,fetch,ldif url)
$(T)/fuzz_points: $(call obj,fetch,points)
$(T)/getdrive $(T)/badserver: $(T)/%: $(T)/fetch/%.o $(SHARED)
	$(CC) $(LD) -o $@ $(filter %.o,$^) $(SHARED) -lcrypto
$(T)/badserver: $(T)/fetch/badserver_answers.o
$(T)/pkcs11_faults $(T)/pkcs11_helper: $(T)/pkcs11_run.o $(T)/pkcs11_talk.o
$(T)/pkcs11_drive: $(T)/pkcs11_talk.o
$(T)/front_abuse: $(T)/front_abuse_acts.o
$(T)/pkcs11_hold: GATE_LIBS = -lpcsclite
$(addprefix $(T)/,desk_change_test audit_key_test audit_report_test \
    audit_switch_test): \
    $(call obj,helpdesk,$(filter-out main,$(HELPDESK)))
$(PAM_TOOLS:%=$(T)/%): $(T)/%: $(T)/pam/%.o $(B)/libbase.a
	$(CC) $(LD) -o $@ $^ -lpam
$(T)/pamdrive $(T)/pamthreads: $(T)/%: $(T)/pam/%.o $(T)/pam/drive_conv.o \
    $(T)/pam/drive_log.o $(T)/pam/drive_state.o
	$(CC) $(LD) -rdynamic -o $@ $^ -lpam -lpthread
$(T)/pam_odd.so: $(T)/pam/pam_odd.o
$(T)/badp11.so: $(T)/badp11/fault.o $(T)/badp11/module.o
# the same module with a backstop that a test can wait for
$(T)/relay_short.o: pam_module/relay.c
	$(CC) $(ALL) -DSEKISHO_BACKSTOP_MS=700u -c -o $@ $<
$(T)/pam_sekisho_short.so: $(T)/relay_short.o \
    $(call obj,pam_module,$(filter-out relay,$(PAM))) $(B)/libbase.a
$(T)/%.so:
	$(CC) $(LD) -shared -o $@ $^ -lpam
# a FIDO2 key in software, as a device and as a card, and the helper with it
# below the system's libfido2
SOFTKEY = $(call obj,tests/fido,$(filter-out softkeyd,$(filter softkey%,\
	$(call in,tests/fido))))
FIDO_TESTS = $(addprefix $(T)/fido/,helper moving broken making card_helper)
FIDO_PARTS = $(addprefix $(T)/fido/,softkeyd libsoftkey.so fidopin hidcheck \
	sekisho-fido fido-card card_drive) $(FIDO_TESTS)
$(T)/fido/softkeyd: $(T)/fido/softkeyd.o $(T)/fido/ctaphid.o $(SOFTKEY)
$(T)/fido/fido-card: $(addprefix $(T)/fido/,card.o card_applet.o) $(SOFTKEY) \
    $(addprefix $(T)/card/,link.o apdu.o piv.o)
$(T)/fido/softkeyd $(T)/fido/fido-card:
	$(CC) $(LD) -o $@ $^ -lcbor -lcrypto
$(T)/fido/card_drive: $(T)/fido/card_drive.o $(call obj,fido, \
    $(filter apdu pcsc%,$(call in,fido))) $(B)/libbase.a
	$(CC) $(LD) -o $@ $^ $(FIDO_LIBS)
UNDER = -Wl,--no-as-needed $(T)/fido/libsoftkey.so -Wl,--as-needed \
	-Wl,-rpath,'$$ORIGIN'
# preloaded into programs of the system, which know no sanitizer
$(T)/fido/libsoftkey.so $(T)/known_dh.so: override CFLAGS = -O2 -g
$(T)/fido/libsoftkey.so $(T)/known_dh.so: override LDFLAGS =
$(T)/known_dh.so: $(T)/known_dh.o
	$(CC) $(LD) -shared -o $@ $^ -l:libgnutls.so.30
$(T)/fido/libsoftkey.so: $(T)/fido/shim.o
	$(CC) $(LD) -shared -Wl,-soname,libsoftkey.so -o $@ $^ -lfido2
$(FIDO_TESTS): %: %.o $(addprefix $(T)/fido/,run.o keys.o talk.o)
$(T)/fido/fidopin $(T)/fido/hidcheck: %: %.o
$(T)/fido/sekisho-fido: $(call obj,fido,$(call in,fido))
$(FIDO_TESTS) $(addprefix $(T)/fido/,fidopin hidcheck sekisho-fido): \
    $(B)/libbase.a $(T)/fido/libsoftkey.so
	$(CC) $(LD) -pie -o $@ $(filter %.o,$^) $(B)/libbase.a $(UNDER) \
	    $(FIDO_LIBS)
$(addprefix $(T)/,fido/mdsmint mds_test mds_table_test fuzz_mds): \
    $(addprefix $(T)/,fido/mds_sign.o ocsp_mint.o)
$(T)/fuzz_authfile: $(call obj,helpdesk,authfile authfile_ssh)
$(T)/fido_apdu_test $(T)/fuzz_apdu: $(call obj,fido,apdu)
$(T)/store_fido_test: $(call obj,fetch,enrolled)
$(T)/watch_token_test: $(call obj,watch,token)
$(T)/outbox_test: $(call obj,forward,$(filter-out main,$(FORWARD)))
$(T)/card/vcard: $(addprefix $(T)/card/,vcard.o link.o apdu.o piv.o)
	$(CC) $(LD) -o $@ $^ -lcrypto
$(T)/card/card-status: $(T)/card/status.o
	$(CC) $(LD) -o $@ $^ -lpcsclite

test:
	@tests/deps.sh build demo test
	@$(SUB) fuzz-build
	@$(SUB) run-tests
run-tests: export BUILD = $(B)
run-tests:
	@$(SUB) all $(PARTS) $(C_TESTS:%=$(T)/%)
	@tests/run -j 4 -o $(T)/log $(TESTS)

DEMO_DIR = $(B)/demo
demo:
	@tests/deps.sh build demo
	@$(SUB) all $(T)/pamdrive $(T)/badp11.so $(T)/bench/bigcrl \
	    $(FIDO_PARTS)
	@BUILD=$(B) examples/demo.sh $(DEMO_DIR) $(if $(INTERACTIVE),interactive)

# a minute each, on both processors; FUZZ_S=3600 for longer
FUZZ_S = 60
SAN = -fsanitize=address,undefined -fno-sanitize-recover=undefined
fuzz: fuzz-build
	@tests/fuzz.sh $(B)/fuzz $(FUZZ_S) $(FUZZERS)
fuzz-build:
	@tests/deps.sh build fuzz
	@$(SUB) B=$(B)/fuzz CC=clang \
	    CFLAGS="-O1 -g $(SAN) -fsanitize=fuzzer-no-link" \
	    LDFLAGS="$(SAN) -fsanitize=fuzzer-no-link" \
	    $(FUZZERS:%=$(B)/fuzz/tests/fuzz_%)
$(FUZZERS:%=$(T)/fuzz_%): $(T)/fuzz_%: $(T)/fuzz_%.o $(SHARED)
	$(CC) $(LD) -fsanitize=fuzzer -o $@ $(filter %.o,$^) $(SHARED) \
	    $(GATE_LIBS)

# every test that can run so again under ASan and UBSan (su and sudo cannot
# load it, limits of memory hold it; pam_unix needs the real crypt),
# then whole logins with the gate and its helpers under valgrind
sanitize:
	@tests/deps.sh build demo test valgrind
	@mkdir -p $(B)/san && $(CC) -c -o $(B)/san/options.o tests/sanitize.c
	@TEST_LIMIT_S=400 $(SUB) B=$(B)/san CFLAGS="-O1 -g $(SAN)" \
	    LDFLAGS="$(SAN) \
	    $(B)/san/options.o -Wl,--no-as-needed -lcrypt -Wl,--as-needed" \
	    SANITIZED=1 NOT="links install docs fuzz_smoke $(HOSTS:%=hosts/%) \
	    rescue limits" \
	    run-tests
	@$(SUB) all $(PARTS) && BUILD=$(B) tests/run -o $(T)/log \
	    tests/valgrind.sh tests/valgrind_fido.sh

lint: all
	@tests/deps.sh lint
	@BUILD=$(B) FLAGS='$(subst ','\'',$(filter-out -MMD -MP,$(ALL)))' \
	    tests/lint.sh

export B LIBEXECDIR SBINDIR PAMDIR MANDIR LIBDIR DOCDIR SYSCONFDIR DESTDIR \
	PAMCONFIGDIR
install: all
install uninstall:
	packaging/install.sh $@

# our figures beside the peers', in one run
bench:
	@tests/deps.sh build demo bench
	@$(SUB) all $(T)/pamdrive $(T)/fakegate $(FIDO_PARTS) \
	    $(BENCH_TOOLS:%=$(T)/bench/%)
	@BUILD=$(B) tests/bench/bench.sh && BUILD=$(B) tests/bench/crl.sh && \
	    BUILD=$(B) tests/bench/fido.sh && \
	    BUILD=$(B) tests/bench/record.sh && \
	    BUILD=$(B) tests/bench/hosts.sh && \
	    BUILD=$(B) tests/bench/hosts.sh soak && \
	    BUILD=$(B) tests/bench/lightdm.sh
$(BENCH_TOOLS:%=$(T)/bench/%): %: %.o $(SHARED)
	$(CC) $(LD) -o $@ $^ $(GATE_LIBS)

clean:
	rm -rf $(B)

-include $(shell find $(B) -name demo -prune -o -name '*.d' -type f -print 2>/dev/null)
.PHONY: all install uninstall clean test run-tests demo lint fuzz fuzz-build sanitize bench
