// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Connections that are used by several threads, while the context has its own.

#include <socketlock/detail/wire/kept_connection.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <queue>
#include <string>
#include <thread>
#include <vector>

#include "kept_connection_fixture.hpp"

using namespace kept_connection_fixture;

namespace {

/// Events that another thread waits for.
class awaited_events final : public attachment_events
{
public:
    /// The next one, or "nothing" after a long time.
    std::string next()
    {
        std::unique_lock<std::mutex> lock(mutex_);
        if (!came_.wait_for(lock, 60s, [&] { return !words_.empty(); }))
            return "nothing";
        std::string result = words_.front();
        words_.pop();
        return result;
    }

private:
    void on_ready() override { add("ready"); }
    void on_attached(bool /*is_first*/) override { add("attached"); }
    void on_look() override { add("look"); }
    void on_detached() override { add("detached"); }
    void on_refused() override { add("refused"); }
    void on_end() override { add("end"); }

    void add(const char* word)
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        words_.emplace(word);
        came_.notify_one();
    }

    std::mutex mutex_;
    std::condition_variable came_;
    std::queue<std::string> words_;
};

struct threads_fixture : fixture
{
    asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
    std::thread io_thread{[this] { context.run(); }};

    ~threads_fixture()
    {
        context.stop();
        io_thread.join();
    }

    /// What came of one attachment. Boost.Test's macros are for one thread.
    std::string attach_once()
    {
        const auto told = std::make_shared<awaited_events>();
        std::string result;
        auto connection = pool->take(key());
        std::uint64_t number = connection ? connection->begin(told) : 0;
        if (number == 0)
        {
            connection = pool->make(key());
            number = connection->begin(told);
            asio::post(context, [this, connection] {
                connection->connect(address(), common_ids(), 1h);
            });
            result = told->next() + " ";
        }
        connection->send(attach(number));
        result += told->next() + " ";
        result += told->next();
        connection->finish(number, true);
        return result;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(kept_connections_of_threads)

BOOST_FIXTURE_TEST_CASE(any_thread_may_attach_and_finish, threads_fixture)
{
    seen.is_over = true;
    constexpr int rounds = 500;
    std::vector<std::string> results[3];
    std::vector<std::thread> threads;
    for (auto& result : results)
    {
        threads.emplace_back([&] {
            for (int i = 0; i < rounds; ++i)
                result.push_back(attach_once());
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    std::size_t connections = 0;
    for (const auto& result : results)
    {
        for (const std::string& words : result)
        {
            connections += words == "ready attached look" ? 1 : 0;
            BOOST_TEST((words == "ready attached look" || words == "attached look"));
        }
    }
    BOOST_TEST(connections >= 1u);
    BOOST_TEST(connections <= threads.size());
    BOOST_TEST(pool->size() == connections);
}

// A holder's thread says `look` while the other side gives up, or has gone on to the next one.
BOOST_FIXTURE_TEST_CASE(a_last_word_is_said_once_whoever_says_it, threads_fixture)
{
    const auto told = std::make_shared<awaited_events>();
    auto connection = pool->make(key());
    connection->begin(told);
    asio::post(context, [&] { connection->connect(address(), common_ids(), 1h); });
    BOOST_TEST_REQUIRE(told->next() == "ready");
    const auto session = seen.sessions.front().lock();
    int looks = 0;
    int detaches = 0;
    std::thread other;
    for (std::uint64_t number = 1; number <= 500; ++number)
    {
        if (number != 1)
            BOOST_TEST_REQUIRE(connection->begin(told) == number);
        connection->send(attach(number));
        BOOST_TEST_REQUIRE(told->next() == "attached");
        // The one before may be just coming back from its last word.
        if (other.joinable())
            other.join();
        other = std::thread([&session, number] {
            session->send_last_word(number, look_message{number}.encode());
        });
        connection->send(detach_message{number}.encode());
        const std::string last = told->next();
        looks += last == "look" ? 1 : 0;
        detaches += last == "detached" ? 1 : 0;
        connection->finish(number, true);
        BOOST_TEST_REQUIRE(pool->take(key()) == connection);
    }
    other.join();
    BOOST_TEST(looks + detaches == 500);
    // Nothing was said twice.
    BOOST_TEST_REQUIRE(connection->begin(told) == 501u);
    connection->send(attach(501));
    BOOST_TEST(told->next() == "attached");
    connection->finish(501, false);
}

BOOST_AUTO_TEST_SUITE_END()
