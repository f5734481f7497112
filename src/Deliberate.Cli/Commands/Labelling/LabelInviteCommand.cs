using System.CommandLine;
using Deliberate.Core;
using Deliberate.Server;

namespace Deliberate.Cli;

/// <summary>A link that makes an account, or gives one a new password.</summary>
internal sealed class LabelInviteCommand : CliCommand
{
    private readonly Argument<string?> _name = new("NAME") { Description = "The account's name; whoever opens the link chooses one if left out.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<AccountRole> _role = ChoiceOption.Of("--role", "labeller: labels; reviewer: settles what they disagree on, too; owner: everything.", AccountRole.Labeller);
    private readonly Option<bool> _reset = new("--reset") { Description = "A new password for an account that there is." };
    private readonly Option<string> _at = new("--at") { HelpName = "address", Description = "Where the server is.", DefaultValueFactory = _ => $"http://127.0.0.1:{ServerOptions.DefaultPort}" };
    private readonly LabellingOptions _database = new();

    public LabelInviteCommand()
        : base(
            "invite",
            "Print a link that makes an account, once, within seven days. Owners can do the same on the page of people.",
            "deliberate label invite --role labeller",
            "deliberate label invite ada --role reviewer --at https://label.example.org",
            "deliberate label invite ada --reset   # a new password for her")
    {
        Add(_name);
        foreach (var option in new Option[] { _role, _reset, _at }) Add(option);
        _database.AddTo(this);
    }

    protected override int Run(ParseResult parsed) => _database.Run(
        parsed,
        async (database, cancellation) =>
        {
            if (!Uri.TryCreate(parsed.GetRequiredValue(_at), UriKind.Absolute, out var at) || at.Scheme is not ("http" or "https")) throw new UserError("This is no address.", field: "--at", advice: "For example: --at https://label.example.org");
            if (parsed.GetValue(_reset) && parsed.GetValue(_name) is null) throw new UserError("Whose password?", field: "NAME", advice: "For example: deliberate label invite ada --reset");
            var token = parsed.GetValue(_reset) ? await database.Accounts.ResetAsync(Actor.CommandLine, parsed.GetValue(_name)!, cancellation) : await database.Accounts.InviteAsync(Actor.CommandLine, parsed.GetValue(_role), parsed.GetValue(_name), cancellation);
            Console.Out.WriteLine($"{at.GetLeftPart(UriPartial.Authority)}{AccountsArea.Invitations}/{token}");
            return ExitCode.Success;
        },
        mayMake: true);
}
