/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's one link: up, with the address that its hardware address tells, before the guest is ready. */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scenarios/payload/guest.h"
#include "scenarios/payload/ready.h"

static void set_address(struct ifreq *request, uint32_t address)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = address};

	memcpy(&request->ifr_addr, &in, sizeof(in));
}

void guest_connect(void)
{
	struct ifreq request = {.ifr_name = PROTOCOL_NETWORK_LINK};
	const unsigned char *hardware = (const unsigned char *)request.ifr_hwaddr.sa_data;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCGIFHWADDR, &request) < 0)
		guest_fail(PROTOCOL_NETWORK_LINK, errno);
	uint32_t address;

	memcpy(&address, hardware + 2, sizeof(address));
	set_address(&request, address);
	if (ioctl(fd, SIOCSIFADDR, &request) < 0)
		guest_fail("address", errno);
	set_address(&request, htonl(~0u << (32 - PROTOCOL_NETWORK_BITS)));
	if (ioctl(fd, SIOCSIFNETMASK, &request) < 0 || ioctl(fd, SIOCGIFFLAGS, &request) < 0)
		guest_fail("netmask", errno);
	request.ifr_flags |= IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		guest_fail(PROTOCOL_NETWORK_LINK, errno);
	close(fd);
}
