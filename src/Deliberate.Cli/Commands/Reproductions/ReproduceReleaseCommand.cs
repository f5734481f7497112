using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Studies;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Runs a study that takes models to their gates and system cards, and shows what came out. Started again, it goes on where it was stopped.</summary>
internal abstract class ReproduceReleaseCommand : CliCommand
{
    private readonly Option<int> _seed = CommonOptions.Whole("--seed", "Of all of it.", 1, 0);
    private readonly Option<string?> _output;
    private readonly Option<bool> _quick;
    private readonly Option<bool> _fresh = new("--fresh") { Description = "Delete an earlier study in the folder and begin again." };
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<bool> _json = CommonOptions.Json("report, cards and tables");
    private readonly string _name;

    /// <param name="name">The study's, behind <c>reproduce</c>.</param>
    /// <param name="summary">What it makes.</param>
    /// <param name="time">What <c>--quick</c> takes.</param>
    protected ReproduceReleaseCommand(string name, string summary, string time)
        : base(name, summary, $"deliberate reproduce {name}", $"deliberate reproduce {name} --quick                   # {time}, to see the chain work")
    {
        _name = name;
        _output = new("--output") { HelpName = "folder", Description = $"Where models, evidence, gates and cards go; runs/reproduce-{name} if left out." };
        _quick = new("--quick") { Description = $"The whole chain in {time} with tiny numbers, to see that it works. Not a result." };
        foreach (var option in new Option[] { _seed, _output, _quick, _fresh, _threads, _json }) Add(option);
    }

    /// <summary>Deletes an earlier study.</summary>
    protected abstract void Clear(string output);

    /// <summary>The study in a folder, which it claims.</summary>
    protected abstract ReleaseStudy Claim(ulong seed, bool quick, string output, string command);

    protected sealed override int Run(ParseResult parsed)
    {
        var (seed, quick) = ((ulong)parsed.GetValue(_seed), parsed.GetValue(_quick));
        var output = parsed.GetValue(_output) ?? Path.Combine("runs", $"reproduce-{_name}" + (quick ? "-quick" : ""));
        var command = ShellCommand.Of(["deliberate", "reproduce", _name, .. seed == 1 ? Array.Empty<string>() : ["--seed", seed.ToString(CultureInfo.InvariantCulture)], .. quick ? ["--quick"] : Array.Empty<string>(), .. parsed.GetValue(_output) is { } named ? ["--output", named] : Array.Empty<string>()]);
        if (parsed.GetValue(_fresh)) Clear(output);
        var study = Claim(seed, quick, output, command);
        using var stop = new StopSignal(TrainingSession.StopNotice);
        if (ProgressViews.Run(view => study.Execute(parsed.GetValue(_threads), new StudyProgressView(view), stop.Token)) == RunOutcome.Interrupted)
        {
            Console.Error.WriteLine($"Stopped. Continue with: {command}");
            return ExitCode.Interrupted;
        }

        var (report, tables) = (Path.Combine(output, RunReport.FileName), study.Tables);
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(new { IsResult = !quick, Report = report, study.Cards, Tables = tables.Select(t => new { t.Title, t.Columns, Rows = t.Rows.Select(r => r.Select(c => c.Plain)), t.Note }) });
            return ExitCode.Success;
        }

        if (quick) Console.Out.WriteLine(ExperimentFindings.QuickWarning);
        foreach (var table in tables) Terminal.WriteTable(table);
        Console.Out.WriteLine($"Report  {report}");
        foreach (var card in study.Cards) Console.Out.WriteLine($"Card    {card}");
        return ExitCode.Success;
    }
}
