// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PROCESS_FILE_MAINTENANCE_IPP
#define SOCKETLOCK_DETAIL_PROCESS_FILE_MAINTENANCE_IPP

#include <socketlock/detail/process/file_maintenance.hpp>
#include <socketlock/detail/queue/claim_event.hpp>
#include <socketlock/detail/queue/linked_claim.hpp>
#include <socketlock/detail/queue/lock_entry.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace socketlock::detail {

SOCKETLOCK_DECL file_maintenance::file_maintenance(
    asio::io_context& context,
    std::weak_ptr<registry> users
)
    : users_(std::move(users)),
      watch_(
          context,
          [this](const std::string& directory, const std::string& name) {
              on_change(directory, name);
          }
      ),
      look_timer_(context),
      touch_timer_(context)
{
}

inline void check_records(const std::vector<std::shared_ptr<linked_claim>>& claims)
{
    for (const auto& c : claims)
        send_event(*c, [](claim_machine& m) { m.check_record(); });
}

SOCKETLOCK_DECL void file_maintenance::add(const std::shared_ptr<lock_directory>& directory)
{
    if (directories_.empty())
        touch_later();
    directories_.push_back(directory);
    if (!watch_.add(directory->choice.path))
        check_later(directory);
    const auto users = users_.lock();
    if (!users)
        return;
    // For what was removed before it was watched; no transaction where all is in place.
    error_code ignored;
    if (directory->ensure_presence(ignored) != presence_state::intact)
    {
        check_files(directory);
        return;
    }
    for (const auto& c : users->claims_in(*directory))
    {
        if (!c->entry()->is_in_place())
            send_event(*c, [](claim_machine& m) { m.check_record(); });
    }
}

SOCKETLOCK_DECL void file_maintenance::on_change(const std::string& path, const std::string& name)
{
    const auto users = users_.lock();
    if (!users)
        return;
    for (const auto& directory : directories_)
    {
        if (directory->choice.path != path)
            continue;
        if (name.empty() || name == directory->presence_name)
            // Without the presence we could have been taken for dead: look after the records, too.
            check_files(directory);
        else if (users->find(entry_key{directory.get(), name}))
        {
            for (const auto& c : users->claims_in(*directory))
            {
                if (c->address()->file_name() == name)
                    send_event(*c, [](claim_machine& m) { m.check_record(); });
            }
        }
    }
}

SOCKETLOCK_DECL void file_maintenance::check_files(const std::shared_ptr<lock_directory>& directory)
{
    const auto users = users_.lock();
    if (!users)
        return;
    const auto claims = users->claims_in(*directory);
    error_code ec;
    if (!claims.empty())
        prepare_directory(directory->choice, ec);
    // The directory may be a new one. Watched first, so that nothing is missed.
    const bool is_watched = watch_.add(directory->choice.path);
    if (!ec)
        directory->ensure_presence(ec);
    if (!is_watched || ec)
        check_later(directory);
    check_records(claims);
}

SOCKETLOCK_DECL void file_maintenance::check_later(const std::shared_ptr<lock_directory>& directory)
{
    if (std::find(missing_.begin(), missing_.end(), directory) != missing_.end())
        return;
    missing_.push_back(directory);
    if (missing_.size() > 1)
        return;
    look_timer_.expires_after(std::chrono::seconds(3));
    look_timer_.async_wait([weak = weak_from_this()](const error_code& ec) {
        const auto self = weak.lock();
        if (ec || !self)
            return;
        for (const auto& missing : std::exchange(self->missing_, {}))
            self->check_files(missing);
    });
}

SOCKETLOCK_DECL void file_maintenance::touch_later()
{
    touch_timer_.expires_after(std::chrono::hours(1));
    touch_timer_.async_wait([weak = weak_from_this()](const error_code& ec) {
        const auto self = weak.lock();
        if (ec || !self)
            return;
        self->touch_all();
        self->touch_later();
    });
}

SOCKETLOCK_DECL void file_maintenance::touch_all()
{
    const auto users = users_.lock();
    for (const auto& directory : directories_)
    {
        error_code ignored;
        if (directory->ensure_presence(ignored) != presence_state::intact)
            check_files(directory);
        touch_file(directory->choice.path + '/' + directory->presence_name, ignored);
        if (!users)
            continue;
        for (const auto& c : users->claims_in(*directory))
        {
            if (c->progress() == attempt_status::holding)
                touch_file(c->entry()->address().path(), ignored);
        }
    }
}

}  // namespace socketlock::detail

#endif
