// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#ifndef SOCKETLOCK_DETAIL_QUEUE_CLAIM_LINKS_HPP
#define SOCKETLOCK_DETAIL_QUEUE_CLAIM_LINKS_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/queue/claim_machine.hpp>

#include <memory>
#include <vector>

namespace socketlock::detail {

class framed_socket;
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

    SOCKETLOCK_DECL void connect(linked_claim& self, const claim_action& action, reaction& t);
    SOCKETLOCK_DECL void say_to_predecessor(
        linked_claim& self,
        const claim_action& action,
        reaction& t
    );
    SOCKETLOCK_DECL void disconnect();

    // To the claims behind.

    /// Either `connection` or `local` is there; `local_link` is the number that `local` knows it
    /// by.
    SOCKETLOCK_DECL link_id add_successor(
        std::shared_ptr<framed_socket> connection,
        std::shared_ptr<linked_claim> local,
        link_id local_link
    );
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

    /// Likewise.
    struct successor
    {
        link_id id;
        std::shared_ptr<framed_socket> connection;
        std::shared_ptr<linked_claim> local;
        link_id local_link;
    };

    std::unique_ptr<predecessor> predecessor_;
    std::vector<successor> successors_;
};

}  // namespace socketlock::detail

#endif
