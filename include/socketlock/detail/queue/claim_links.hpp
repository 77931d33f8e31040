// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_QUEUE_CLAIM_LINKS_HPP
#define SOCKETLOCK_DETAIL_QUEUE_CLAIM_LINKS_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/queue/claim_machine.hpp>
#include <socketlock/detail/queue/successor_channel.hpp>

#include <cstdint>
#include <forward_list>
#include <memory>

namespace socketlock::detail {

class linked_claim;
class predecessor_link;
class reaction;

/**
 * How a claim reaches the claims before and behind it: within the process by a pointer, else by a
 * connection. All of this is under the mutex of the claim's entry; `self` is the claim whose links
 * these are.
 */
class claim_links
{
public:
    SOCKETLOCK_DECL claim_links();
    claim_links(claim_links&&) = delete;
    SOCKETLOCK_DECL ~claim_links();

    // To the claim before.

    /// True if that is in another process, which may not answer.
    SOCKETLOCK_DECL bool connect(linked_claim& self, const claim_action& action, reaction& t);
    SOCKETLOCK_DECL void say_attach(linked_claim& self, reaction& t);
    SOCKETLOCK_DECL void say_detach(linked_claim& self, reaction& t);
    SOCKETLOCK_DECL void disconnect(reaction& t);
    /// The number of the attachment that was not accepted in time; 0 if it was.
    SOCKETLOCK_DECL link_id unanswered() const noexcept;

    // To the claims behind.

    SOCKETLOCK_DECL link_id add_successor(successor_path path);
    SOCKETLOCK_DECL void remove_successor(link_id link);
    SOCKETLOCK_DECL void say_to_successor(const claim_action& action, reaction& t);

private:
    /// A claim of this process, or a connection. Neither: the claim is over.
    struct predecessor
    {
        link_id number;
        std::shared_ptr<predecessor_link> remote;
        std::shared_ptr<linked_claim> local;
        link_id local_link;
    };

    struct successor
    {
        link_id id;
        successor_path path;
    };

    std::unique_ptr<predecessor> predecessor_;
    // Most claims have none, and there may be very many claims.
    std::forward_list<successor> successors_;
};

}  // namespace socketlock::detail

#endif
