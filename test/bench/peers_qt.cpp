// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include "peers.hpp"

#ifdef SOCKETLOCK_BENCH_QT

#include <QLockFile>
#include <QString>
#include <stdexcept>

namespace bench {

namespace {

class qt_lock final : public lockable
{
public:
    qt_lock(const place& where, const std::string& name)
        : file_(QString::fromStdString(where.directory + "/" + name + ".qt"))
    {
        file_.setStaleLockTime(0);
    }

    nanoseconds lock() override
    {
        if (!file_.lock())
            throw std::runtime_error("QLockFile::lock");
        return now();
    }
    bool try_lock() override { return file_.tryLock(0); }
    void unlock() override { file_.unlock(); }

private:
    QLockFile file_;
};

}  // namespace

void add_qt_peers(std::vector<peer>& peers)
{
    peer p;
    p.name = "QLockFile";
    p.groups = {
        group::uncontended,
        group::refused,
        group::handoff,
        group::crash,
        group::waiting,
    };
    p.prepare = [](const place& where, const std::string& lock) {
        return plan{[=](int) { return std::make_unique<qt_lock>(where, lock); }, {}};
    };
    p.polls = true;
    peers.push_back(p);
}

}  // namespace bench

#else

namespace bench {

void add_qt_peers(std::vector<peer>& peers)
{
    peer p;
    p.name = "QLockFile";
    p.remark = "not measured: built without Qt 6";
    peers.push_back(p);
}

}  // namespace bench

#endif
