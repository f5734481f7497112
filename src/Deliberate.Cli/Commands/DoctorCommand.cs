using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Spectre.Console;

namespace Deliberate.Cli;

/// <summary>Says what the machine has, what will be used of it and why, how fast that is, and what to do about what is in the way.</summary>
internal sealed class DoctorCommand : CliCommand
{
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<bool> _json = CommonOptions.Json("the findings");

    public DoctorCommand()
        : base("doctor", "Check this machine: processor, memory, disk, speed; what will be used and why.", "deliberate doctor", "deliberate doctor --json --threads 1   # the speed of one thread")
    {
        Add(_threads);
        Add(_json);
    }

    protected override int Run(ParseResult parsed)
    {
        var machine = MachineProfile.Measure(parsed.GetValue(_threads));
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(machine);
            return ExitCode.Success;
        }

        var cores = machine.PhysicalCores > 0 && machine.PhysicalCores != machine.Cores ? $"{machine.Cores} logical, {machine.PhysicalCores} physical in the machine" : $"{machine.Cores}";
        (string Name, string Value)[] lines =
        [
            ("processor", machine.Cpu),
            ("cores", cores),
            ("instruction sets", string.Join(' ', machine.InstructionSets)),
            ("device", $"{machine.Device}: {machine.DeviceReason}"),
            ..machine.Graphics.Devices.Select(d => ("graphics", $"{d.Name} ({d.Driver}, {Quantity.Bytes(d.Memory)}): {d.Check.Text}")),
            ..machine.Graphics.Missing.Select(reason => ("graphics", $"none by {reason}")),
            ("falls back", machine.Graphics.FallsBack),
            ("threads", $"{machine.Threads}: {(parsed.GetValue(_threads) == 0 ? "one a core" : "as --threads asks")}; the results do not depend on it"),
            ("speed", string.Create(CultureInfo.InvariantCulture, $"{machine.GigaflopsPerSecond:0} GFLOP/s in a float32 matrix product, measured")),
            ("memory", $"{Quantity.Bytes(machine.MemoryTotal)}, {Quantity.Bytes(machine.MemoryAvailable)} available"),
            ("disk", $"{Quantity.Bytes(machine.DiskFree)} free in {Path.GetFullPath(".")}"),
            ("huge pages", machine.HugePages),
            ("sandbox", machine.Sandbox),
            ("system", machine.System),
            ("runtime", machine.DotNet),
            ("deliberate", machine.Deliberate),
        ];
        foreach (var (name, value) in lines) Console.Out.WriteLine($"{name,-17} {value}");
        Console.Out.WriteLine();
        foreach (var warning in machine.Warnings) Terminal.Output.Write(new Text("warning: " + warning + "\n", new Style(Color.Yellow)));
        if (machine.Warnings.Count == 0) Console.Out.WriteLine("Nothing is in the way. Next: deliberate quickstart");
        return ExitCode.Success;
    }
}
