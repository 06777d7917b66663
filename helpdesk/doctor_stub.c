#include "helpdesk/doctor.h"
void doctor_trust(struct doctor *x){(void)x;}
void doctor_host(struct doctor *x){(void)x;}
void doctor_record(struct doctor *x){(void)x;}
void doctor_rescue(struct doctor *x){(void)x;}
void doctor_sshd(struct doctor *x){(void)x;}
void doctor_sudo(struct doctor *x){(void)x;}
