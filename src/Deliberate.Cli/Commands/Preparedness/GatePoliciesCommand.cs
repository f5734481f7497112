using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Safety;

namespace Deliberate.Cli;

/// <summary>Lists the policies that come with the program, and writes them out to be edited.</summary>
internal sealed class GatePoliciesCommand : CliCommand
{
    private readonly Option<bool> _copy = new("--copy") { Description = "Write them into a folder to edit them there; files that are there stay as they are." };
    private readonly Option<string> _output = new("--output") { HelpName = "folder", Description = "Where --copy writes them.", DefaultValueFactory = _ => ShippedPolicies.Folder };
    private readonly Option<bool> _json = CommonOptions.Json("the list");

    public GatePoliciesCommand()
        : base("policies", "List the policies that come with deliberate, or write them out to make them yours.", "deliberate gate policies", "deliberate gate policies --copy --output policies")
    {
        Add(_copy);
        Add(_output);
        Add(_json);
    }

    protected override int Run(ParseResult parsed)
    {
        if (parsed.GetValue(_copy))
        {
            var (written, kept) = ShippedPolicies.CopyTo(parsed.GetRequiredValue(_output));
            if (parsed.GetValue(_json)) JsonOutput.Write(new { Written = written, Kept = kept });
            else
            {
                foreach (var file in written) Console.Out.WriteLine(file);
                foreach (var file in kept) Console.Out.WriteLine($"{file} was there and stays as it is");
            }

            return ExitCode.Success;
        }

        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        var all = ShippedPolicies.Files.Select(f => PolicyFile.Parse(ShippedPolicies.Text(f), f, today)).ToArray();
        if (parsed.GetValue(_json)) JsonOutput.Write(all.Select(p => new { Name = p.Policy.Policy, p.Policy.Version, p.Policy.Title, p.Sha256, Tests = p.Policy.Tests.Count(), NotBuilt = p.Policy.Tests.Count(t => t.Measure.NotBuilt) }));
        else
        {
            Terminal.WriteTable(null, ["policy", "title", "categories", "tests", "not built", "outside"], all.Select(p => (IReadOnlyList<string>)
                [p.Policy.Policy, p.Policy.Title, Text(p.Policy.Categories.Count), Text(p.Policy.Tests.Count()), Text(p.Policy.Tests.Count(t => t.Measure.NotBuilt)), Text(p.Policy.Tests.Count(t => t.Measure.External is not null))]), words: 2);
            Console.Out.WriteLine("A test whose task is not built never decides anything: the gate then cannot tell. deliberate gate policies --copy writes them out.");
        }

        return ExitCode.Success;

        static string Text(int count) => count.ToString(CultureInfo.InvariantCulture);
    }
}
