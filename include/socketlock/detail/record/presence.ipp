// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_RECORD_PRESENCE_IPP
#define SOCKETLOCK_DETAIL_RECORD_PRESENCE_IPP

#include <socketlock/detail/platform/directory.hpp>
#include <socketlock/detail/platform/fork.hpp>
#include <socketlock/detail/platform/interprocess_file_lock.hpp>
#include <socketlock/detail/platform/process_identity.hpp>
#include <socketlock/detail/record/presence.hpp>
#include <socketlock/error.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace socketlock::detail {

inline constexpr std::string_view presence_suffix = ".presence";
inline constexpr std::string_view temporary_suffix = ".presence.tmp";

SOCKETLOCK_DECL std::string presence_file_name(const id128& id)
{
    return "." + id.to_hex() + std::string(presence_suffix);
}

inline std::string presence_path(const std::string& directory, const id128& id)
{
    std::string result;
    result.reserve(directory.size() + 2 + 2 * id.value.size() + presence_suffix.size());
    result.append(directory).append("/.").append(id.to_hex()).append(presence_suffix);
    return result;
}

inline bool is_gone(const error_code& ec)
{
    return ec == boost::system::errc::no_such_file_or_directory || ec == errc::not_a_directory;
}

// Those of this process, to be known by their ids: a record may claim any PID for its holder. Under
// `fork_mutex()`.
struct own_presences
{
    struct entry
    {
        const presence* object;
        id128 id;
        // In a child its parent's are others'.
        std::uint64_t generation;
    };
    std::vector<entry> entries;

    static own_presences& instance()
    {
        static own_presences& all = *new own_presences;
        return all;
    }

    void add(const presence& p, const id128& id)
    {
        remove(p);
        entries.push_back({&p, id, fork_generation()});
    }

    void remove(const presence& p)
    {
        const auto is_it = [&](const entry& e) { return e.object == &p; };
        entries.erase(std::remove_if(entries.begin(), entries.end(), is_it), entries.end());
    }

    std::optional<presence_info> find(const id128& id) const
    {
        for (const entry& e : entries)
        {
            if (e.id == id && e.generation == fork_generation())
                return e.object->info_;
        }
        return std::nullopt;
    }
};

SOCKETLOCK_DECL std::optional<presence_info> find_own_presence(const id128& id)
{
    const std::lock_guard<std::mutex> lock(fork_mutex());
    return own_presences::instance().find(id);
}

SOCKETLOCK_DECL presence::~presence()
{
    const std::lock_guard<std::mutex> lock(fork_mutex());
    own_presences::instance().remove(*this);
}

SOCKETLOCK_DECL void presence::create(
    const std::string& directory,
    presence_info info,
    unsigned permissions,
    error_code& ec
)
{
    const std::string path = presence_path(directory, info.id);
    const std::string temporary = directory + "/." + info.id.to_hex() +
                                  std::string(temporary_suffix);
    const std::string text = encode_presence(info);

    {
        // Before anybody can find it.
        const std::lock_guard<std::mutex> lock(fork_mutex());
        own_presences::instance().add(*this, info.id);
    }
    // One of our own that an earlier attempt has left.
    remove_file(temporary, ec);
    file created = create_file(temporary, permissions, ec);
    if (is_gone(ec))
        ec = errc::directory_missing;
    if (!created)
        return;
    // Nobody else can have the lock: the name is random and no one tests temporary files so young.
    if (!try_lock_file(created, ec) && !ec)
        ec = errc::locking_unsupported;
    if (!ec)
        created.write(text.data(), text.size(), ec);
    if (!ec)
        rename_file(temporary, path, ec);
    if (ec)
    {
        error_code ignored;
        remove_file(temporary, ignored);
        return;
    }

    const std::lock_guard<std::mutex> lock(fork_mutex());
    file_ = std::move(created);
    directory_ = directory;
    path_ = path;
    info_ = std::move(info);
    permissions_ = permissions;
}

SOCKETLOCK_DECL bool presence::in_place() const noexcept
{
    return exists() && compare_path(path_, file_.id()) == path_state::same;
}

SOCKETLOCK_DECL void presence::restore(error_code& ec)
{
    create(std::string(directory_), presence_info(info_), permissions_, ec);
}

SOCKETLOCK_DECL void presence::widen_permissions(unsigned permissions)
{
    if ((permissions_ | permissions) == permissions_)
        return;
    permissions_ |= permissions;
    error_code ignored;
    set_permissions(file_, permissions_, ignored);
}

SOCKETLOCK_DECL void presence::remove() noexcept
{
    error_code ignored;
    if (in_place())
        remove_file(path_, ignored);
}

// True if a copy of this library in this very process has the file open: it must not be opened.
inline bool is_open_here(const std::string& path)
{
    const auto open_here = files_open_in_this_process();
    return std::any_of(open_here.begin(), open_here.end(), [&](const file_id& id) {
        return compare_path(path, id) == path_state::same;
    });
}

inline bool may_be_of_this_process(const std::string& path, const claim_ref& p)
{
    return (p.pid == 0 || p.pid == this_process_id()) && is_open_here(path);
}

// Precondition: the file is not open in this process.
inline liveness test_presence_file(const std::string& path, error_code& why)
{
    const file f = open_file(path, file_access::read, why);
    if (is_gone(why))
        return liveness::dead;
    if (why)
        return liveness::unknown;
    if (try_lock_file_sharable(f, why))
        return liveness::dead;
    return why ? liveness::unknown : liveness::alive;
}

SOCKETLOCK_DECL liveness
test_presence(const std::string& directory, const claim_ref& p, error_code& why)
{
    why.clear();
    const std::string path = presence_path(directory, p.presence);
    if (may_be_of_this_process(path, p))
        return liveness::alive;
    const liveness proof = test_presence_file(path, why);
    if (why == errc::permission_denied)
        why = errc::presence_unreadable;
    return proof;
}

SOCKETLOCK_DECL presence_info
read_presence(const std::string& directory, const claim_ref& p, error_code& ec)
{
    const std::string path = presence_path(directory, p.presence);
    ec = errc::presence_unreadable;
    if (may_be_of_this_process(path, p))
        return {};
    const file f = open_file(path, file_access::read, ec);
    if (ec)
    {
        if (ec == errc::permission_denied)
            ec = errc::presence_unreadable;
        return {};
    }
    char text[16384];
    const std::size_t size = f.read(text, sizeof text, ec);
    if (ec)
        return {};
    presence_info info = decode_presence(std::string_view(text, size), ec);
    if (!ec && info.id != p.presence)
        ec = errc::corrupt_record;
    return info;
}

// Removes a presence whose lock can be taken now. Not on the word of somebody who has found it
// missing: its owner may have put it back since. Precondition: not open in this process.
inline bool remove_if_dead(const std::string& path)
{
    error_code ec;
    const file f = open_file(path, file_access::read, ec);
    const bool is_dead = !ec && try_lock_file_sharable(f, ec);
    if (!is_dead || compare_path(path, f.id()) != path_state::same)
        return false;
    remove_file(path, ec);
    return !ec;
}

SOCKETLOCK_DECL void remove_dead_presence(const std::string& directory, const id128& id)
{
    remove_if_dead(presence_path(directory, id));
}

inline bool ends_with(const std::string& text, std::string_view end)
{
    return text.size() >= end.size() &&
           text.compare(text.size() - end.size(), end.size(), end) == 0;
}

// Visits the paths of others' presences until `visit` returns false.
template <class Visit>
void for_each_foreign_presence(
    const std::string& directory,
    std::string_view suffix,
    const id128& own,
    error_code& ec,
    Visit visit
)
{
    std::vector<std::string> names;
    list_directory(
        directory,
        [&](const std::string& name) {
            if (name.size() == 33 + suffix.size() && name[0] == '.' && ends_with(name, suffix))
            {
                const auto id = id128::from_hex(std::string_view(name).substr(1, 32));
                if (id && *id != own)
                    names.push_back(name);
            }
            return names.size() < 4096;
        },
        ec
    );
    if (names.empty())
        return;
    // In this order: a copy of the library in this process opens its presence before it is listed.
    const auto open_here = files_open_in_this_process();
    for (const std::string& name : names)
    {
        const std::string path = directory + '/' + name;
        const bool is_here = std::any_of(
            open_here.begin(),
            open_here.end(),
            [&](const file_id& id) { return compare_path(path, id) == path_state::same; }
        );
        if (!visit(path, is_here))
            return;
    }
}

SOCKETLOCK_DECL void remove_dead_presences(const std::string& directory, const id128& own)
{
    // What one process leaves behind at the most is one of each, so a few at a time keep up.
    static constexpr int most = 64;
    static constexpr std::int64_t oldest_temporary_seconds = 60;
    error_code ignored;
    int removed = 0;
    const auto visit = [&](const std::string& path, bool is_here) {
        if (!is_here && remove_if_dead(path))
            ++removed;
        return removed < most;
    };
    for_each_foreign_presence(directory, presence_suffix, own, ignored, visit);
    for_each_foreign_presence(
        directory,
        temporary_suffix,
        own,
        ignored,
        [&](const std::string& path, bool is_here) {
            // A younger one may be about to be locked and renamed.
            return seconds_since_modified(path) <= oldest_temporary_seconds || visit(path, is_here);
        }
    );
}

SOCKETLOCK_DECL bool any_presence_alive(const std::string& directory, const id128& own)
{
    error_code ec;
    bool found = false;
    for_each_foreign_presence(
        directory,
        presence_suffix,
        own,
        ec,
        [&](const std::string& path, bool is_here) {
            error_code why;
            found = is_here || test_presence_file(path, why) != liveness::dead;
            return !found;
        }
    );
    return found || ec;
}

}  // namespace socketlock::detail

#endif
