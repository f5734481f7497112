using System.CommandLine;

namespace Deliberate.Cli;

/// <summary>The one visible list of commands, in the order that help shows them. To add one: copy the nearest file in <c>Commands</c>, change it, add its line here.</summary>
internal static class CommandList
{
    public static IReadOnlyList<CliCommand> Create() =>
    [
        new QuickstartCommand(),
        new TrainCommand(),
        new AlignCommand(),
        new ResumeCommand(),
        new ReproduceCommand(),
        new RunsCommand(),
        new ServeCommand(),
        new TinkerCommand(),
        new KeysCommand(),
        new ViewCommand(),
        new MetricsCommand(),
        new RecipeCommand(),
        new SpecCommand(),
        new SampleCommand(),
        new EvalCommand(),
        new JudgeCommand(),
        new MonitorCommand(),
        new ScenarioCommand(),
        new AttackCommand(),
        new RedteamCommand(),
        new GateCommand(),
        new ApproveCommand(),
        new CardCommand(),
        new StatsCommand(),
        new SearchCommand(),
        new PoolCommand(),
        new ChatCommand(),
        new GenerateCommand(),
        new PerplexityCommand(),
        new ReportCommand(),
        new ModelCommand(),
        new AdapterCommand(),
        new ProblemsCommand(),
        new DataCommand(),
        new LabelsCommand(),
        new LabelCommand(),
        new VerifyCommand(),
        new LogCommand(),
        new SandboxCommand(),
        new ConfigCommand(),
        new DoctorCommand(),
    ];

    public static RootCommand CreateRoot()
    {
        var root = new RootCommand("Train small language models to reason, on your own CPU, and measure what they learned.");
        for (var i = root.Options.Count - 1; i >= 0; i--)
        {
            // The library's help also answers to /h, which on Unix is a path.
            if (root.Options[i] is System.CommandLine.Help.HelpOption) root.Options.RemoveAt(i);
        }

        var help = new System.CommandLine.Help.HelpOption("--help", "-h", "-?") { Recursive = true, Description = "Show what a command does, its options and examples." };
        help.Action = new ExamplesHelpAction((System.CommandLine.Help.HelpAction)help.Action!);
        root.Options.Add(help);
        foreach (var command in Create()) root.Subcommands.Add(command);
        return root;
    }
}
