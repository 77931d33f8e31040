// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_PROCESS_LOCAL_BACKEND_IPP
#define SOCKETLOCK_DETAIL_PROCESS_LOCAL_BACKEND_IPP

#include <socketlock/detail/platform/random.hpp>
#include <socketlock/detail/process/local_backend.hpp>
#include <socketlock/detail/process/query.hpp>
#include <socketlock/detail/process/runtime.hpp>
#include <socketlock/detail/queue/claim.hpp>
#include <socketlock/detail/record/explanation.hpp>
#include <socketlock/detail/record/lock_address.hpp>
#include <socketlock/error.hpp>

#include <utility>

namespace socketlock::detail {

class local_backend final : public lock_backend
{
public:
    local_backend(std::string name, const lock_options& options)
        : address_(std::make_shared<lock_address>(std::move(name), options))
    {
        if (options.permissions && !are_valid_permissions(*options.permissions))
            throw lock_error(errc::invalid_permissions, address_->lock_name(), {});
    }

    const std::string& name() const noexcept override { return address_->lock_name(); }
    const std::string& path() const noexcept override { return address_->path(); }
    std::string explain(const error_code& ec) const override
    {
        return explain_error(ec, *address_);
    }

    std::shared_ptr<lock_attempt> new_attempt(
        const std::shared_ptr<lock_attempt>& previous,
        error_code& ec
    ) override
    {
        const auto last = std::static_pointer_cast<claim>(previous);
        const auto host = last ? nullptr : runtime::get(ec);
        const id128 id = ec ? id128() : random_id(ec);
        if (ec)
            return nullptr;
        if (!last)
            return std::make_shared<claim>(host->shared_thread(), *host, id, address_, nullptr);
        return std::make_shared<claim>(last->thread(), last->host(), id, address_, entry_of(*last));
    }

    std::shared_ptr<holder_query> new_query(error_code& ec) override
    {
        auto host = runtime::get(ec);
        return ec ? nullptr : std::make_shared<query>(std::move(host), address_);
    }

private:
    std::shared_ptr<lock_entry> entry_of(const claim& last) const
    {
        auto entry = last.entry_if_begun();
        // Ours may be a path by symbolic links that have changed.
        if (entry && entry->address().path() != address_->path() &&
            !are_same(address_->directory(), entry->address().directory()))
            return nullptr;
        return entry;
    }

    const std::shared_ptr<const lock_address> address_;
};

SOCKETLOCK_DECL std::unique_ptr<lock_backend> make_local_backend(
    std::string name,
    const lock_options& options
)
{
    return std::make_unique<local_backend>(std::move(name), options);
}

}  // namespace socketlock::detail

#endif
