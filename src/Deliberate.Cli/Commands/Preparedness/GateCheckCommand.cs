using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Safety;

namespace Deliberate.Cli;

/// <summary>Reads a policy without holding a model against it.</summary>
internal sealed class GateCheckCommand : CliCommand
{
    private readonly Argument<string> _policy = new("POLICY") { Description = "The policy's file." };

    public GateCheckCommand()
        : base("check", "Read a policy: unknown tasks, levels without a rule, thresholds that contradict each other, exceptions that are over.", "deliberate gate check policies/pf-v2.yaml", "deliberate gate check pf-v1-beta") =>
        Add(_policy);

    protected override int Run(ParseResult parsed)
    {
        var file = PolicyFile.Read(parsed.GetRequiredValue(_policy), DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime));
        var policy = file.Policy;
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{policy.Policy} version {policy.Version}: {policy.Categories.Count} categories, {policy.Indicators.Count} indicators, {policy.Safeguards.Count} safeguards, {policy.Gates.Count} gates"));
        foreach (var test in policy.Tests.Where(t => t.Measure.NotBuilt)) Console.Out.WriteLine($"{test.Id}: the task {test.Measure.Task} is not built: it cannot be told");
        foreach (var (name, _) in policy.Roles.Where(r => r.Value.PublicKey.Length == 0)) Console.Out.WriteLine($"{name}: no public key: nobody can sign for the role yet");
        Console.Out.WriteLine($"SHA-256 {file.Sha256}");
        return ExitCode.Success;
    }
}
