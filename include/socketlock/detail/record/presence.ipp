// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_RECORD_PRESENCE_IPP
#define SOCKETLOCK_DETAIL_RECORD_PRESENCE_IPP

#include <socketlock/detail/platform/directory.hpp>
#include <socketlock/detail/platform/fork.hpp>
#include <socketlock/detail/platform/liveness_lock.hpp>
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
    {
        const std::lock_guard<std::mutex> lock(fork_mutex());
        own_presences::instance().remove(*this);
    }
    file_.close_if_open();
}

// False if there is no space for all of it.
inline bool write_presence(const file& f, const presence_info& info, error_code& ec)
{
    const std::string text = encode_presence(info);
    f.write(text.data(), text.size(), ec);
    const bool is_complete = !ec;
    if (ec == errc::no_space)
        ec.clear();
    return is_complete;
}

SOCKETLOCK_DECL void presence::create(
    const std::string& directory,
    presence_info info,
    const file_permissions& permissions,
    error_code& ec
)
{
    const std::string path = presence_path(directory, info.id);
    const std::string temporary = directory + "/." + info.id.to_hex() +
                                  std::string(temporary_suffix);
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
    if (!lock_liveness(created, ec) && !ec)
        ec = errc::locking_unsupported;
    if (!ec)
        is_complete_ = write_presence(created, info, ec);
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
    permissions_ = permissions ? *permissions : usual_permissions(file_, path_);
    is_usual_ = is_usual_ || !permissions;
}

SOCKETLOCK_DECL bool presence::in_place() const noexcept
{
    return exists() && compare_path(path_, file_.id()) == path_state::same;
}

SOCKETLOCK_DECL presence_state presence::ensure(error_code& ec)
{
    ec.clear();
    const bool is_lost = !keep_liveness(file_);
    if (!is_lost && in_place())
    {
        error_code ignored;
        is_complete_ = is_complete_ || write_presence(file_, info_, ignored);
        return presence_state::intact;
    }
    if (is_lost)
        file_.close_if_open();
    create(std::string(directory_), presence_info(info_), permissions_, ec);
    return is_lost ? presence_state::lost : presence_state::restored;
}

SOCKETLOCK_DECL void presence::widen_permissions(const file_permissions& permissions)
{
    if (!permissions && is_usual_)
        return;
    if (!file_.is_open())
    {
        // Other code has closed it, and the number may be another file's: `ensure` makes a new one.
        permissions_ |= permissions.value_or(0);
        return;
    }
    const unsigned wanted = permissions ? *permissions : usual_permissions(file_, path_);
    is_usual_ = is_usual_ || !permissions;
    if ((permissions_ | wanted) == permissions_)
        return;
    permissions_ |= wanted;
    set_permissions(file_, permissions_);
}

SOCKETLOCK_DECL void presence::remove() noexcept
{
    error_code ignored;
    if (in_place())
        remove_file(path_, ignored);
}

inline bool is_one_of(const std::vector<file_id>& files, const std::string& path)
{
    const auto id = file_at(path);
    return id && std::find(files.begin(), files.end(), *id) != files.end();
}

// True if a copy of this library in this very process has the file open: it must not be opened.
inline bool may_be_of_this_process(const std::string& path, const claim_ref& p)
{
    return (p.pid == 0 || p.pid == this_process_id()) &&
           is_one_of(files_open_in_this_process(), path);
}

inline presence_info read_presence_info(const file& f, error_code& ec)
{
    char text[16384];
    const std::size_t size = f.read(text, sizeof text, ec);
    presence_info info = ec ? presence_info() : decode_presence(std::string_view(text, size), ec);
    const bool is_cut_short = size == 0 || text[size - 1] != '\n';
    if (ec == errc::corrupt_record && is_cut_short)
        ec = errc::presence_unreadable;
    return info;
}

// What is found of a presence.
enum class presence_proof
{
    alive,
    dead,
    missing,
    unknown,
};

// Whether the process that wrote this presence has certainly ended, though some process still has
// its descriptor.
inline bool is_owner_over(const file& f)
{
    error_code ec;
    const presence_info info = read_presence_info(f, ec);
    if (ec)
        return false;
    process_identity owner;
    owner.pid = info.pid;
    owner.start_time = info.start_time;
    owner.boot_id = info.boot_id;
    owner.pid_namespace = info.pid_namespace;
    owner.time_namespace = info.time_namespace;
    return is_over(owner);
}

// With `unknown`, `why` says why. Precondition: the file is not open in this process.
inline presence_proof examine_presence(
    const std::string& path,
    error_code& why,
    file* locked = nullptr
)
{
    static constexpr int most_rounds = 8;
    for (int round = 0; round < most_rounds; ++round)
    {
        file f = open_file(path, file_access::read, why);
        if (is_gone(why))
        {
            why.clear();
            return presence_proof::missing;
        }
        if (why)
            return presence_proof::unknown;
        const liveness_locks found = test_liveness(f, why);
        if (why)
            return presence_proof::unknown;
        if (found == liveness_locks::only_of_descriptor && !is_owner_over(f))
            return presence_proof::alive;
        if (found == liveness_locks::held)
        {
            if (locked != nullptr)
                *locked = std::move(f);
            return presence_proof::alive;
        }
        // The owner may have replaced it since we opened it.
        if (compare_path(path, f.id()) == path_state::same)
            return presence_proof::dead;
    }
    why = errc::unstable_path;
    return presence_proof::unknown;
}

SOCKETLOCK_DECL liveness
test_presence(const std::string& directory, const claim_ref& p, error_code& why, file* locked)
{
    why.clear();
    const std::string path = presence_path(directory, p.presence);
    if (may_be_of_this_process(path, p))
        return liveness::alive;
    switch (examine_presence(path, why, locked))
    {
    case presence_proof::alive:
        return liveness::alive;
    case presence_proof::dead:
    case presence_proof::missing:
        return liveness::dead;
    case presence_proof::unknown:
        break;
    }
    if (why == errc::permission_denied)
        why = errc::presence_unreadable;
    return liveness::unknown;
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
    presence_info info = read_presence_info(f, ec);
    if (!ec && info.id != p.presence)
        ec = errc::corrupt_record;
    return info;
}

// Removes a presence that is found dead now. Not on the word of somebody who has found it missing:
// its owner may have put it back since. Precondition: not open in this process.
//
// A file that is locked as long as its owner lives is never removed, unless the owner puts it there
// after the look and before the removal. It does so only when other code has closed its descriptor,
// or has put another file in its place, so that it could be taken for dead anyway. It is told of
// the removal, puts the presence back, and looks whether its locks were taken meanwhile.
inline bool remove_if_dead(const std::string& path)
{
    error_code ec;
    if (examine_presence(path, ec) != presence_proof::dead)
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

// Visits the paths of others' presences until `visit` returns false. With an error there may be
// more.
template <class Visit>
void for_each_foreign_presence(
    const std::string& directory,
    std::string_view suffix,
    const id128& own,
    error_code& ec,
    Visit visit
)
{
    // Not all at once: there may be any number.
    static constexpr std::size_t batch_size = 256;
    std::vector<std::string> paths;
    bool goes_on = true;
    const auto visit_batch = [&] {
        // A copy of the library in this process opens its presence before it is listed: so only
        // now.
        const auto open_here = files_open_in_this_process();
        for (const std::string& path : paths)
        {
            if (goes_on)
                goes_on = visit(path, is_one_of(open_here, path));
        }
        paths.clear();
    };
    list_directory(
        directory,
        [&](const std::string& name) {
            if (name.size() != 33 + suffix.size() || name[0] != '.' || !ends_with(name, suffix))
                return true;
            const auto id = id128::from_hex(std::string_view(name).substr(1, 32));
            if (id && *id != own)
                paths.push_back(directory + '/' + name);
            if (paths.size() == batch_size)
                visit_batch();
            return goes_on;
        },
        ec
    );
    if (goes_on && !paths.empty())
        visit_batch();
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
            const presence_proof proof = is_here ? presence_proof::alive
                                                 : examine_presence(path, why);
            found = proof == presence_proof::alive || proof == presence_proof::unknown;
            return !found;
        }
    );
    return found || ec;
}

}  // namespace socketlock::detail

#endif
