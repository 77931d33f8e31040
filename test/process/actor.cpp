// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include "actor.hpp"

#include <socketlock/detail/platform/process_identity.hpp>

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "loopback.hpp"
#include "peer.hpp"

namespace test {

namespace sl = socketlock::detail;

actor::actor(const std::string& directory) : presence_(std::make_unique<sl::presence>())
{
    const listening_socket opened = listen_on_loopback();
    listener_ = opened.descriptor;
    const sl::process_identity me = sl::this_process();
    sl::presence_info info;
    socketlock::error_code ec;
    info.id = sl::random_id(ec);
    info.key = sl::random_key(ec);
    info.pid = me.pid;
    info.port = opened.port;
    info.address = "127.0.0.1";
    info.boot_id = me.boot_id;
    info.pid_namespace = me.pid_namespace;
    info.net_namespace = me.net_namespace;
    info.host = me.host;
    info.executable = me.executable;
    presence_->create(directory, info, 0600, ec);
    if (ec)
        throw boost::system::system_error(ec);
}

sl::claim_contact actor::new_claim() const
{
    socketlock::error_code ec;
    return {
        {sl::random_id(ec), presence_->info().id, presence_->info().pid},
        port()
    };
}

int actor::accept()
{
    if (!is_readable(listener_, patience))
        throw std::runtime_error("the other side does not come");
    const int result = accept_from(listener_);
    if (result < 0)
        throw std::system_error(errno, std::generic_category(), "accept");
    return result;
}

bool actor::has_caller() const
{
    return is_readable(listener_, {});
}

void actor::stop_listening()
{
    if (listener_ >= 0)
        ::close(std::exchange(listener_, -1));
}

void actor::die()
{
    stop_listening();
    presence_.reset();
}

}  // namespace test
