using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Tensors.Tests;

/// <summary>
/// Every operation of the CPU against the reference on the same random numbers, and against itself with rows and shares cut.
/// <see cref="InstructionSetTests"/> runs this class again with vector instructions switched off.
/// </summary>
public sealed class KernelAgainstReferenceTests
{
    /// <summary>Environment variable with the file to write the device's name to.</summary>
    internal const string ReportVariable = "DELIBERATE_TEST_DEVICE_REPORT";

    /// <summary>Fewer where a process of its own draws others again.</summary>
    private static int Shapes => Environment.GetEnvironmentVariable(ReportVariable) is null ? 30 : 15;

    [Theory]
    [ClassData(typeof(OperationNames))]
    public void Cpu_gives_what_the_reference_gives(string operation)
    {
        using var cpu = Device.Cpu(1);
        KernelChecks.AgainstReference(cpu, operation, Shapes);
    }

    [Theory]
    [ClassData(typeof(OperationNames))]
    public void Cuts_of_rows_and_shares_do_not_change_bits(string operation)
    {
        using var cpu = Device.Cpu(1);
        KernelChecks.SameBitsWhateverTheCut(cpu, operation, Shapes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(64)]
    public void Cached_attention_gives_the_bits_of_attention(int rowsAtOnce)
    {
        using var cpu = Device.Cpu(1);
        KernelChecks.CacheGivesTheBitsOfAttention(cpu, rowsAtOnce, Shapes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void A_cache_of_brain_floats_gives_the_bits_of_attention_over_brain_floats(int rowsAtOnce)
    {
        using var cpu = Device.Cpu(1);
        Prop.ForAll(CachedAttentionCase.Draw.ToArbitrary(), drawn =>
        {
            using var bench = new CachedAttentionBench(drawn, cpu, brainFloats: true);
            var whole = bench.AtOnce();
            bench.Cached(rowsAtOnce, CacheStorage.BF16).ShouldBeTheSame(whole, $"{drawn}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Shapes));
    }

    [Fact]
    public void The_device_is_written_down_where_asked()
    {
        using var cpu = Device.Cpu(1);
        if (Environment.GetEnvironmentVariable(ReportVariable) is { } path) File.WriteAllText(path, cpu.Name);
        cpu.Name.ShouldStartWith("cpu float32 ");
    }
}
