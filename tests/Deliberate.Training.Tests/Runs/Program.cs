using Deliberate.Core;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Deliberate.Training.Tests;

/// <summary>
/// The tests, as xunit's own entry would start them; or the run that the environment names, to its end or until it is killed: finding a
/// thousand tests first takes as long as such a run.
/// </summary>
internal static class Program
{
    public const string RunVariable = "DELIBERATE_TEST_RUN", RecipeVariable = "DELIBERATE_TEST_RECIPE";

    public static Task<int> Main(string[] args)
    {
        if (Environment.GetEnvironmentVariable(RunVariable) is { } folder) return Task.FromResult(Train(folder, Environment.GetEnvironmentVariable(RecipeVariable)!));
        return args.Any(a => a is "-automated" or "@@") ? ConsoleRunner.Run(args) : TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
    }

    private static int Train(string folder, string recipe)
    {
        try
        {
            using var run = File.Exists(Path.Combine(folder, RunFolder.RecipeFile)) ? TrainingRun.Resume(folder, 1) : TrainingRun.Start(TrainRecipe.Read(recipe), folder, 1);
            return run.Execute() == RunOutcome.Completed ? 0 : 1;
        }
        catch (UserError error)
        {
            Console.WriteLine(error.Message);
            return 1;
        }
    }
}
