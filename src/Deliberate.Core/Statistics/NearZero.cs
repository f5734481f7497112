namespace Deliberate.Core;

/// <summary>
/// ln(1 + x) and e^x - 1 for x near 0, by Kahan's quotients, in which the rounding of 1 + x and of e^x cancels. The runtime's
/// <see cref="double.LogP1"/> and <see cref="double.ExpM1"/> are the plain formulas and lose the digits they are asked for.
/// </summary>
internal static class NearZero
{
    public static double LogOfOnePlus(double x)
    {
        var sum = 1 + x;
        return sum == 1 ? x : Math.Log(sum) * x / (sum - 1);
    }

    public static double ExpLessOne(double x)
    {
        var power = Math.Exp(x);
        if (power == 1) return x;
        var less = power - 1;
        return less == -1 ? -1 : less * x / Math.Log(power);
    }
}
