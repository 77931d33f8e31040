// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_RECORD_LOCK_ADDRESS_IPP
#define SOCKETLOCK_DETAIL_RECORD_LOCK_ADDRESS_IPP

#include <socketlock/detail/record/lock_address.hpp>
#include <socketlock/detail/record/lock_name.hpp>
#include <socketlock/error.hpp>

#include <utility>

namespace socketlock::detail {

SOCKETLOCK_DECL bool are_valid_permissions(unsigned permissions) noexcept
{
    static constexpr unsigned read = 0444;
    static constexpr unsigned write = 0222;
    static constexpr unsigned of_owner = 0600;
    return (permissions & ~(read | write)) == 0 && (permissions & of_owner) == of_owner &&
           (permissions & read) >> 1 == (permissions & write);
}

inline file_permissions to_file_permissions(const std::optional<unsigned>& permissions)
{
    return permissions ? file_permissions(static_cast<std::uint16_t>(*permissions)) : std::nullopt;
}

SOCKETLOCK_DECL lock_address::lock_address(std::string lock_name, const lock_options& options)
    : lock_name_(std::move(lock_name)),
      signature_seed_(options.signature_seed),
      permissions_(to_file_permissions(options.permissions))
{
    if (!is_valid_lock_name(lock_name_))
        throw lock_error(errc::invalid_name, lock_name_, {});
    error_code ec;
    const std::string file_name = lock_file_name(lock_name_, ec);
    if (ec)
        throw lock_error(ec, lock_name_, {});
    set_path(choose_directory(options.lock_dir), file_name);
}

SOCKETLOCK_DECL lock_address::lock_address(
    const lock_address& lock,
    const directory_choice& directory
)
    : lock_name_(lock.lock_name_),
      signature_seed_(lock.signature_seed_),
      permissions_(lock.permissions_)
{
    set_path(directory, lock.file_name());
}

SOCKETLOCK_DECL void lock_address::set_path(
    const directory_choice& directory,
    std::string_view file_name
)
{
    directory_size_ = static_cast<unsigned>(directory.path.size());
    directory_is_explicit_ = directory.is_explicit;
    directory_rule_ = directory.rule;
    path_.reserve(directory.path.size() + 1 + file_name.size());
    path_ += directory.path;
    path_ += '/';
    path_ += file_name;
}

SOCKETLOCK_DECL directory_choice lock_address::directory() const
{
    return {path_.substr(0, directory_size_), directory_is_explicit_, directory_rule_};
}

}  // namespace socketlock::detail

#endif
