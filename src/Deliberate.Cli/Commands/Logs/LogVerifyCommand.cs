using System.CommandLine;
using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>Looks at every byte of a log: exit code 0 where it is whole, 3 where its last record is not, 4 where it was changed.</summary>
internal sealed class LogVerifyCommand : CliCommand
{
    private readonly Argument<string> _file = LogCommand.Argument();
    private readonly Option<string?> _hash = new("--hash") { HelpName = "hex", Description = "The hash that the log had when it was finished, as its writer printed it: without it a log that was written anew, or cut at its end, looks whole." };
    private readonly Option<bool> _json = CommonOptions.Json("what was found");

    public LogVerifyCommand()
        : base(
            "verify",
            "Check a log: the checksum of each record, the chain of their hashes, its end. Exit code 3 where the last record is not whole, 4 where something was changed.",
            "deliberate log verify eval.log",
            "deliberate log verify eval.log --hash 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 --json")
    {
        Add(_file);
        Add(_hash);
        Add(_json);
    }

    protected override int Run(ParseResult parsed)
    {
        var wanted = parsed.GetValue(_hash)?.ToLowerInvariant();
        if (wanted is not null && (wanted.Length != 64 || !wanted.All(char.IsAsciiHexDigitLower))) throw new UserError("This is no SHA-256 in hexadecimal.", field: "--hash", advice: "It has 64 digits, and the command that wrote the log printed it.");
        var path = parsed.GetRequiredValue(_file);
        var check = LogCheck.Of(path);
        var isOther = check.Damage is null && wanted is not null && wanted != check.Hash;
        if (parsed.GetValue(_json)) JsonOutput.Write(new { Log = path, check.Records, check.Bytes, check.Hash, check.TornBytes, check.Damage, HashMatches = wanted is null ? (bool?)null : check.Damage is null && !isOther, check.Writer });
        else Write(path, check, wanted, isOther);
        return check.Damage is not null || (isOther && check.Writer is null) ? ExitCode.InvalidEvidence : check.TornBytes > 0 || isOther ? ExitCode.Inconclusive : ExitCode.Success;
    }

    private static void Write(string path, LogCheck check, string? wanted, bool isOther)
    {
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path}: {check.Records} records in their chain, {Quantity.Bytes(check.Bytes)}"));
        Console.Out.WriteLine($"hash     {check.Hash}{(wanted is null ? "" : isOther ? $", not {wanted}" : check.Damage is null ? ", as expected" : "")}");
        if (check.Writer is not null) Console.Out.WriteLine($"writer   {check.Writer} is writing it");
        if (check.Damage is { } damage)
        {
            Console.Out.WriteLine($"changed  {damage.Problem}");
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"         {damage.WholeAfter} records after it have their checksums. Restore the file from a copy; deliberate log repair {path} --cut keeps what is before it."));
        }
        else if (isOther)
        {
            Console.Out.WriteLine(check.Writer is null ? "changed  This is not the log that had this hash: it was written anew, or records are missing at its end, or were added." : "         It had another hash before: records are being added.");
        }

        if (check.TornBytes > 0) Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"torn     The last {check.TornBytes} bytes are a part of a record{(check.Writer is null ? $": who wrote it was killed. deliberate log repair {path} cuts them off." : ", which is being written.")}"));
        if (check.Damage is null && !isOther && check.TornBytes == 0) Console.Out.WriteLine("Every record is as it was written.");
    }
}
