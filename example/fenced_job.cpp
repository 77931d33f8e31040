// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// A job as cron starts it: at most one at a time, and its results go to a store (SQLite) that
// refuses those of an older owner. Without arguments it plays two nights, on the first of which the
// job is killed after it has sent its result, which arrives late.

#include <socketlock.hpp>

#define BOOST_PROCESS_USE_STD_FS
#include <boost/asio/system_executor.hpp>
#include <boost/process.hpp>

#include <cstdint>
#include <iostream>
#include <memory>
#include <sqlite3.h>
#include <stdexcept>
#include <string>

namespace process = boost::process;

class store
{
public:
    explicit store(const std::string& path)
    {
        sqlite3* opened = nullptr;
        const int code = sqlite3_open(path.c_str(), &opened);
        database_.reset(opened);
        check(code);
        execute("CREATE TABLE IF NOT EXISTS report(id PRIMARY KEY, token INTEGER, text)");
    }

    // tag::store[]
    /// Stores the report, unless one with a larger fencing token is there. One statement, so that
    /// the comparison and the change cannot be separated.
    bool put(std::uint64_t token, const std::string& text)
    {
        execute(
            "INSERT INTO report VALUES (1, " + std::to_string(token) + ", '" + text +
            "') ON CONFLICT(id) DO UPDATE SET token = excluded.token, text = excluded.text"
            " WHERE excluded.token >= report.token"
        );
        return sqlite3_changes(database_.get()) == 1;
    }
    // end::store[]

private:
    struct closer
    {
        void operator()(sqlite3* database) const { sqlite3_close(database); }
    };

    void check(int code) const
    {
        if (code != SQLITE_OK)
            throw std::runtime_error(sqlite3_errmsg(database_.get()));
    }

    void execute(const std::string& statement)
    {
        check(sqlite3_exec(database_.get(), statement.c_str(), nullptr, nullptr, nullptr));
    }

    std::unique_ptr<sqlite3, closer> database_;
};

// tag::job[]
int run_job()
{
    socketlock::process_lock lock(boost::asio::system_executor(), "nightly report");
    if (!lock.try_lock())
        return 75;  // last night's job is still running: cron tries again tomorrow
    // ... work out the report; what goes to the store carries the token
    std::cout << lock.fencing_token() << std::endl;
    std::cin.get();
    return 0;
}
// end::job[]

/// A job in a process of its own, and the fencing token that it got.
struct job
{
    explicit job(const char* program)
        : child(program, "job", process::std_out > output, process::std_in < input)
    {
        output >> token;
    }

    process::ipstream output;
    process::opstream input;
    process::child child;
    std::uint64_t token = 0;
};

int main(int argc, char** argv)
{
    if (argc == 2 && argv[1] == std::string("job"))
        return run_job();

    store reports(":memory:");
    const auto put = [&](const job& from, const char* text) {
        std::cout << text << ": " << (reports.put(from.token, text) ? "stored" : "refused") << '\n';
    };

    job first(argv[0]);
    std::cout << "the first job runs\n";
    job another(argv[0]);
    another.child.wait();
    std::cout << "another one ends with " << another.child.exit_code() << '\n';
    put(first, "first draft");

    first.child.terminate();
    job second(argv[0]);
    std::cout << "the first is killed, the second runs\n";
    put(second, "second report");
    put(first, "first report, late");
    put(second, "second report, mended");
    second.child.terminate();
}
