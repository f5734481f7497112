namespace Deliberate.Core.Tests;

public sealed class RunLockTests
{
    [Fact]
    public void The_second_opener_is_told_who_holds_the_folder()
    {
        using var folder = new TemporaryFolder();
        using (RunLock.Acquire(folder["run"]))
        {
            var error = Should.Throw<UserError>(() => RunLock.Acquire(folder["run"]));
            error.File.ShouldBe(folder["run"]);
            error.Message.ShouldContain($"process {Environment.ProcessId} ");
            error.Message.ShouldContain("started 20");
        }

        RunLock.Acquire(folder["run"]).Dispose();
    }

    [Fact]
    public void A_holder_file_left_by_a_killed_process_locks_nothing()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["run.lock"], "");
        File.WriteAllText(folder["run.lock.holder"], "process 1, started long ago");
        using var held = RunLock.Acquire(folder.Path);
        File.ReadAllText(folder["run.lock.holder"]).ShouldContain($"process {Environment.ProcessId}");
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_a_user_error()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["file"], "");
        Should.Throw<UserError>(() => RunLock.Acquire(folder["file/run"])).Message.ShouldContain("Cannot be written");
    }
}
