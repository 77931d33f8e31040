// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What one event sets off among the claims of one lock.

#ifndef SOCKETLOCK_DETAIL_QUEUE_REACTION_HPP
#define SOCKETLOCK_DETAIL_QUEUE_REACTION_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/completion/lock_backend.hpp>
#include <socketlock/detail/record/record.hpp>

#include <boost/container/small_vector.hpp>

#include <memory>
#include <optional>

namespace socketlock::detail {

class linked_claim;

/// Claims with actions to do, and operations to complete when the lock's mutex is free again,
/// because their handlers' executors are the user's.
class reaction
{
public:
    /// The claim's machine has got an event.
    SOCKETLOCK_DECL void touch(linked_claim& c);
    void complete(lock_operation& op, error_code ec, bool acquired)
    {
        locks_.push_back({&op, ec, acquired});
    }
    void complete(plain_operation& op, error_code ec) { others_.push_back({&op, ec}); }
    /// A dead holder was found; its presence is removed once those who wait have been told.
    void remove_presence(const claim_ref& dead_holder) { dead_holder_ = dead_holder; }

private:
    friend class lock_entry;

    struct lock_completion
    {
        lock_operation* op;
        error_code ec;
        bool acquired;
    };
    struct plain_completion
    {
        plain_operation* op;
        error_code ec;
    };

    // Room for what an event commonly sets off: it is on the stack, and most need no allocation.
    boost::container::small_vector<std::shared_ptr<linked_claim>, 4> claims_;
    boost::container::small_vector<lock_completion, 2> locks_;
    boost::container::small_vector<plain_completion, 2> others_;
    std::optional<claim_ref> dead_holder_;
};

}  // namespace socketlock::detail

#endif
