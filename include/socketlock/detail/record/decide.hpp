// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// What a transaction does to the record. Pure: the record and the proofs of life go in, the new
// record and the result come out; files and network are elsewhere.
//
// A claim becomes the holder by its own transaction only. Who unlocks reserves the lock for the
// claim whose turn it is, and that one takes it; a reservation says who may be passed over, never
// who owns.

#ifndef SOCKETLOCK_DETAIL_RECORD_DECIDE_HPP
#define SOCKETLOCK_DETAIL_RECORD_DECIDE_HPP

#include <socketlock/config.hpp>
#include <socketlock/detail/record/decision.hpp>
#include <socketlock/detail/record/record.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

namespace socketlock::detail {

/// A living claim whose turn it is takes the lock within this time, or may be passed over.
inline constexpr std::uint64_t reservation_microseconds = 500'000;

inline std::uint64_t microseconds(std::chrono::system_clock::time_point time)
{
    using namespace std::chrono;
    return static_cast<std::uint64_t>(std::max<std::int64_t>(
        0,
        duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count()
    ));
}

/// A reservation of the future is stale, too: somebody has set the clock back.
inline bool is_stale(const reservation& r, std::uint64_t now) noexcept
{
    return now < r.since || now - r.since > reservation_microseconds;
}

/// One decision; see `decide`.
template <class Prove>
class decider
{
public:
    decider(record& r, const request& q, Prove& prove)
        : r_(r), q_(q), prove_(prove), me_(q.self.who), now_(microseconds(q.now))
    {
    }

    decision decide()
    {
        switch (q_.what)
        {
        case intent::take:
            is_exhausted() ? exhausted() : is_available() ? acquire() : wait();
            break;
        case intent::enqueue:
            is_exhausted() ? exhausted() : enqueue();
            break;
        case intent::look:
        case intent::park:
            is_exhausted() ? exhausted() : look();
            break;
        case intent::peek:
            peek();
            break;
        case intent::release:
            release();
            break;
        case intent::leave:
            leave();
            break;
        case intent::restore:
            restore();
            break;
        }
        return v_;
    }

private:
    bool is_mine() const { return r_.holder == me_; }

    /// Those of a record that was read are smaller; one that is kept in memory has not been read.
    bool is_exhausted() const
    {
        return r_.fencing_token == UINT64_MAX || r_.next_ticket == UINT64_MAX;
    }
    void exhausted() { v_.what = outcome::exhausted; }

    // True if I may own; else the result tells who is in the way.
    bool is_available()
    {
        if (is_mine())
            return true;
        if (r_.v1_pid)
        {
            v_.holder = *r_.v1_pid != 0 ? liveness::alive : liveness::dead;
            return v_.holder == liveness::dead;
        }
        if (r_.holder && is_in_the_way(*r_.holder))
        {
            v_.is_behind_holder = true;
            return false;
        }
        return !r_.next || r_.next->who == me_ || is_stale(*r_.next, now_) ||
               !is_in_the_way(r_.next->who);
    }

    bool is_in_the_way(const claim_ref& p)
    {
        v_.holder = prove_(p);
        if (v_.holder == liveness::dead)
            return false;
        v_.blocker = p;
        return true;
    }

    void acquire()
    {
        v_.what = outcome::acquired;
        if (!is_mine())
        {
            v_.dead_holder = r_.holder;
            become_holder(std::max(r_.fencing_token + 1, now_));
        }
        v_.fencing_token = r_.fencing_token;
    }

    void become_holder(std::uint64_t fencing_token)
    {
        // Whoever is passed over must not stand in the way of the next handoff as well. (If it is
        // stopped it parks again when it goes on.)
        if (r_.next && r_.parked && r_.parked->who == r_.next->who)
            r_.parked.reset();
        r_.next.reset();
        forget_me();
        r_.holder = me_;
        r_.v1_pid.reset();
        r_.fencing_token = fencing_token;
        name_at_the_top(q_.self.port);
        keep_tickets_high();
        v_.write = true;
    }

    /// For version 1, which must never see a gap.
    void name_at_the_top(std::uint16_t port)
    {
        r_.port = port;
        r_.timestamp = static_cast<double>(now_) / 1e6;
    }

    // Tickets of a lost record are lower than those that follow: who has one keeps its place.
    void keep_tickets_high()
    {
        const std::uint64_t before = r_.next_ticket;
        if (r_.next_ticket == 0)
            r_.next_ticket = now_;
        if (q_.ticket && *q_.ticket >= r_.next_ticket && *q_.ticket != UINT64_MAX)
            r_.next_ticket = *q_.ticket + 1;
        v_.write = v_.write || r_.next_ticket != before;
    }

    void wait()
    {
        v_.what = outcome::held;
        v_.attach_to = v_.blocker;
    }

    void enqueue()
    {
        const bool available = is_available();
        // A holder of version 1 has no queue, and to write would be to take its record away.
        const bool may_queue = !is_mine() && !r_.v1_pid && v_.holder != liveness::unknown;
        // A free lock belongs to those who queued before, who may be just about to attach or to
        // look.
        const bool is_behind_tail = may_queue && r_.tail && !(r_.tail == me_) &&
                                    prove_(*r_.tail) == liveness::alive;
        if (available && !is_behind_tail)
        {
            acquire();
            return;
        }
        wait();
        if (!may_queue)
            return;
        if (is_behind_tail)
        {
            v_.attach_to = r_.tail;
            v_.is_behind_holder = r_.tail == r_.holder;
        }
        keep_tickets_high();
        v_.what = outcome::enqueued;
        v_.ticket = r_.next_ticket++;
        r_.tail = me_;
        v_.write = true;
    }

    void look()
    {
        if (is_available())
        {
            acquire();
            return;
        }
        wait();
        if (r_.v1_pid)
            return;
        keep_tickets_high();
        if (q_.what == intent::park && q_.ticket)
            park();
    }

    void park()
    {
        const auto& other = r_.parked;
        if (!(other && other->who == me_))
        {
            const bool is_before_me = other && other->ticket <= *q_.ticket;
            if (is_before_me && prove_(other->who) != liveness::dead)
                return;
            r_.parked = parked_waiter{me_, *q_.ticket};
            v_.write = true;
        }
        v_.is_parked = true;
    }

    void peek()
    {
        if (is_available())
            v_.what = outcome::available;
        else
            wait();
        if (r_.parked && r_.parked->who == me_)
        {
            r_.parked.reset();
            v_.write = true;
        }
    }

    void release()
    {
        if (!is_mine())
        {
            v_.what = outcome::not_owner;
            return;
        }
        v_.what = outcome::released;
        v_.write = true;
        r_.holder.reset();
        forget_me();
        reserve();
    }

    void leave()
    {
        if (is_mine())
        {
            release();
            return;
        }
        v_.what = outcome::left;
        v_.write = forget_me();
        if (!r_.holder && r_.next && r_.next->who == me_)
        {
            reserve();
            v_.write = true;
        }
    }

    // True if I was there.
    bool forget_me()
    {
        const bool is_tail = r_.tail == me_;
        const bool is_parked = r_.parked && r_.parked->who == me_;
        if (is_tail)
            r_.tail.reset();
        if (is_parked)
            r_.parked.reset();
        return is_tail || is_parked;
    }

    // It is the turn of whoever has the lowest ticket: of the successors or the parked one.
    void reserve()
    {
        std::optional<queued_claim> first = q_.successor;
        if (r_.parked && !(first && first->ticket <= r_.parked->ticket))
        {
            if (prove_(r_.parked->who) != liveness::dead)
                // The record does not say its port; most have none that could be reached.
                first = queued_claim{
                    {r_.parked->who, 0},
                    r_.parked->ticket
                };
            else
                r_.parked.reset();
        }
        if (!first)
        {
            r_.next.reset();
            r_.port = 0;
            r_.timestamp = 0;
            return;
        }
        r_.next = reservation{first->who.who, first->ticket, now_};
        name_at_the_top(first->who.port);
        v_.reserved_for = first->who.who;
    }

    void restore()
    {
        // A larger token tells that somebody held the lock in between.
        const bool untouched = !r_.holder && !r_.v1_pid && r_.fencing_token <= q_.fencing_token;
        v_.what = is_mine() || untouched ? outcome::acquired : outcome::held;
        v_.fencing_token = q_.fencing_token;
        if (is_mine() || !untouched)
            return;
        become_holder(q_.fencing_token);
        // Behind those who queued before the file was removed.
        r_.next_ticket = std::max(r_.next_ticket, now_);
    }

    record& r_;
    const request& q_;
    Prove& prove_;
    const claim_ref& me_;
    const std::uint64_t now_;
    decision v_;
};

/**
 * Decides. `prove(const claim_ref&)` tells the proof of life of a process that the record names; it
 * is asked only where the decision hangs on it. Who cannot be tested counts as alive.
 */
template <class Prove>
decision decide(record& r, const request& q, Prove&& prove)
{
    return decider<std::remove_reference_t<Prove>>(r, q, prove).decide();
}

}  // namespace socketlock::detail

#endif
