/**
 * The noise of band replication: ISO/IEC 14496-3, Table 4.A.88 ("table V"), 512 complex numbers as 32-bit floats
 * (little endian, real and imaginary part by turns) in base 64.
 */
const NOISE =
  'Bt5/vw1HGL9GnHg/fd8svxWxED7UbnO/C6vwvgEvv77fmk4/qNOXPs6Vx75OTmU/HYgsvEpqK79UpGm/Yv3rvThkDD8TkUA/7tjMPl9Cfb96' +
  'qX+/EKhhvz+PdL/3uWg/5R3qvpwxEb8xszq/tOZ6vymYQT8IiFY+PciQPYtQSL/dtT4/hWRpvwrjdr/BiHK/LMabProf/b4PaCo/84IlP42+' +
  'aj8oWDM+DS81v0mGBj/lVDO/FSTovgm2fr+HlWa/FU17P0FORr+R9Qu/R5zSvBdqiryUazw7R3Fcv0jZ2T6BKn2/x/lgvzl/BD8jVSs/0BB/' +
  'v3vBFL/t63+/wtN7P0x7DT+JMBg/Pg6xPi3kcj+eayA/u3g+v9SARb/9e62+5Xlqv3MOFz12SkO/eOlpvxZCTD8Vi26/enMLP/ga9L2PPFu/' +
  'qT3ZPmnHbb8jtI4+lsnvvXt9f79wsVo+1Ttov/0MQ78JaH8/Dip7Py5jdb8f8Fu/lCl1P9bdbr8yF/0+ShacPh6VNL9tV1o/TnHvPsbMaT/h' +
  'ln+/OUNxvV0ZNT+6ZpE+5VKxPmTccz/zhgy/OiFJv5l0Qb+bOHW/LiJRvvr4Uj+Sb3c/798mv10pY79Gum+/Uqt/P7QNaj+qn3u/hDY0vxKF' +
  'Fj+fvLg7aCAeP6wBZD8ZIAc/jtQvv6TdTj9Hvjg/JE4xv6gYIb92igs+6EiZPmbI67459mq/+Xg9v2g0fj8m+9A+49xSP0SIPb9fMXy/3u1/' +
  'vxmLdb98DH6//D9bvuQqb7/YLjC/SbCJviAkaz8SqL89sut1v87TuD7YNgQ/Orc2v6F+HD99YvA+aVzyPiXyi76n9Gg/lJd3P/qa5T5M+30/' +
  'vIgqP1ZFdz8KzT8/qhdmvzznfr+FIQc/xlh5P6eaLL4FEjo/OBL2vnFOdD9HQTA/g8g6vxweRL8whVq/aytjP3NqUL//jHm/UBphvw1bPz9M' +
  'Oje/PFd8v3zSVT9LR1Y/XjP2vlsNfb8ZrXg/KApNPwUaBT8Wb00/fwgLvIlGRL8f9DO/rLgNP199db/2hN2+3IV4P1r+vj0Ujmy/VOZaP8Pv' +
  'Mb9lgHw/rvuHPkSvOz+Mjo8+Rd4UPinLPb8GPH4/zJaPvKN/U7/iHw2/Ji59v6jHej/lsXC/S/F9v5WRKz//RS2/s1gBPiEwuz1uTlK+a3I3' +
  'v3pWer/BZU8/rYcJP4H1zz51hYe+40Itv93scT/eVV4/brw7vpK4fr+Lyde8+uFXP24i1T04vry9vgUyP0fjfz9aGv29rR1Mv4Zzar/rp3Y/' +
  'SmZ3P02nTL9QqyQ/XN/svalekj7RZ8y+x/hwPxmrfT8qrmu/mZeSProMab9GQVW/qF0sv0I8dD+ftvs+3BeEvZokBT2C6X6/IwnZPtSuJ79s' +
  'UVM/6QJQv20qBL8/GH+/t0tYP6SjPDuHziU/MaczP2NwUb65r3Y/cGvQPqlXML/m02k/IZCyvhX4Nj8ReGs/U0IqP5J2fb930ls/40swP4x9' +
  'Dj8Zrn6/lVZNvmwwcT8NOX+/2pQsv9iv/T6jYPK+Q+pbv5isEj5CA3G/itqVvtrlaz19OeA+Kf9Jv0kWur4cFCY/XzazvR4Uej8kB3e/bSMK' +
  'vyMmDj9Z9kk/AUI8P9Xqdj/YJ56+N4BOv4xuEj1RJ3m/l7l8P9La9z7mH1G/2IRovzq9LT+dFlA/OOEhvs9QWj/ipk4/Oxt9vq6t9D7JOe2+' +
  'cbN2P1oNxT7uzn2/jHB/voqwVD+Uo3K/fmgWv+t6Uzzbk3Q/qwZbv0oEd7/J5CO/Sih5vwqB/T0l/Gk/12gUP2bPf78q+jU//mZev3nJT75X' +
  'WYa+3MEuv0eQfL49XWC/+vDFPEw6iz5+GFI/ItNZv2iuYj9geGW/ohc6viTmhb6kmb89TWcMP37zC7/2tXU/ebO9PrZeGb8KKDS/94ppP/En' +
  'sb7vkX6/CxAwv6bSmr4KcIm+r8ZUPxdA+z7hPei+nY7HPvKEdD8cQnq/VlRZPeZpMb4wfm2/8t1/PwQ2FT8sQya/hbsvP0Yb9r0STBK/zucW' +
  'v9Vqsr7xF9a+qqsmPg+1fz82EeQ95AURv7eqZ79L/nA/t6S0PjDbQb9tWAk/jVlSPgTBcb8j838/RGFMP3vhlD5VN7U+IOsgv/h6xj7dat4+' +
  'U0d8v/ake7+qQlc+PNBHPgRBcb+Wa3S/MtB7P0cNbz85dTW/4TNav+7Zqr2NP12/dXjqvoEQxz7FBXk/saJrP4XUH7+PQWQ/qawMP4GXvL7p' +
  '7nY/6FxwP6lRZr8NIH4/XOMZvXDNcL8fn9M+wVV/PyJYLL4Uzre+GsPuvmqEVj1WR4O+H+y7Ppznxb7UoWo/0Zucvl6kMD9q1mg/zO7Fvlq5' +
  'fj+hw5W+57e/PgIRGr/pJ14/P2R5v531dj8tdmI/tTgTP8TyVD0kzVk+g/UIvzrweD9QFP2+x1l7PyNGfb9hE86+nRZ7v3+DOr+p+Iu+1t9/' +
  'P8g+gT0Qnwu/D4dRvpuCEb51iCk/Vaw5Pyn/WL8XV8I8KvFjv5p/Yz8xg3U/jndEP6orPD9GfBm9EYiivjWXvL6+pa6+p+HNPoLB9D7N2Mm+' +
  'XKV7P/MAozzrh56+Chs5viX7fz8tkIa+nHZuv4Sue7/ZzX8/gypNv2Y+hb40j0K/G9m2vhOfRT7dvX+/cxc/PxyWXT//UQ4/lwyrPtSiXD+t' +
  'd30/o4M8PcK8Kr+Pm2q/C+IjP05AID6M5n4/arnqPnJiIr+k2Vc+E9advRdUZb8AZHw/GOZhP+YNTT+Frry+V59IP+/+6D78VbI9LjRPPwk9' +
  'Xr9Odck+khHKvjsIK7+Tj3o/hoQ5v3lMc78nSGU/NyIuPhb9Cz9C5ES/E1d2v8JXfz8FnNo+2FF0P3FTeD8I7H4/c4MKv4aojz52hlq/t0Fa' +
  'PwdLJb/QjgG/2JAovwfceL+3fmy+G0l0PwYOfr/MIXi/nd08P8MQnj59jtQ+xh97vhnPIT+5H62+xPLFvrmqbr2lJY698Xpqvt51eD+iij2+' +
  'ZonzPpPM1r3qsGC/mAc4v2LCRz/qeH8/eYFmP7BcEz9DDGm/dASUPkWMdj/3Adg+ZoX2Pg/wbj/Z6N6+L4t4vxDKXT9nBbw+iiUnPyCZT7/x' +
  'x7M9FVqGvm6Abb/yB1c/NPMOP8TEf7+w0nW/Rho/Pzi6+D1HbD+/1LeJvnkzdT/ZXEq/u2h0P+zlr738Yvk+X/9/P1Q47T6Zi+A9FNVDv0Zh' +
  'ZD/07xI/7K60PlD1QD+7kHc/iXwXv7TgZL+cOUA/7J2XvqVvfL/CLYA+VbLQvkSEZr/EVis/0318P8+Beb9ZVPm6w8VmP7twfz8/Yl+/uQl+' +
  'P79Qar84wSC+L2cHva99vr6X7ZM9P1djvwS3fj/Cj3g/s8E/v332fz+bzzs9A4V/Pw77Y79MxqK+d3tWv83zeT/iSas+sMBcv1xAf79zsG4/' +
  '/8Bpvg1HQT6uJyw/TFkVvV3NUr0kDm2/dt1/Pzuubz8XZSs/7DJ9P8v7fr/UoeS+RTBSPwXTfj/f6n0//mA4P+kgJ78XmQU/xFhwP2S7P79q' +
  'pHc/3K5oPwuYY77OPBI/ufXhvo9Ibb8PYVu/J3FjP+/2aj/oWO2+8L45Pyy+f7/7Qn+/hwUVP3vBRj/CdnE/AQ2ePUMdFj/RfA+/0UFTP7Pm' +
  'ez/DEso+vHDzPj+mLz/UICg/Sbc7PtQTBj0q1D+/FRDGvnJsAz/aNHm/lyp3v/5mCL8nC2q/Roh/P4CAHD/KpgC/Mmdjv3+AozwVLFo/YNJ/' +
  'Pzofcj9vPlQ/DYGBveIrFr+S6Xc/f/Qzvlmd9r5/l1U/MlwFvnuRcz17CFI+b6dQP2Jlcr9xR+a+VmHRPkDAZb90m38/xiXLPsGgP7/ya5u9' +
  'sq89P0dwQz8kvtU+1rE+v5N/cj/WFyY/yqTTPruJHz/pVG6/HiXYPjj1nb2cjt08y+ZdvfbNTD8YWWo/BCRLv7pjub5kgyM/dHemPVVmBz+h' +
  'uRk/+gw+PyX9Nz2kr30/HC5HvgbbTb9qmGK/hmglvyDUOD9LwO49Ri1Wvw5Wc7+JKni/UE4fv1riUz9tIPY84lR/v+fYer+HA7s+ePd/vz9u' +
  'uL6OH2Q/+pt6v7An1T00CUY/c6t1P3Butb6fKAI/Iwl2PxYlLj4Ov0S/1XeEPhO6fz9h2Da8WiZ8P87FS7+hrHg/Hx5+v2LUfr9ekH+/dMaZ' +
  'PCdANb/zcaw+SmU0vz/Hbj8Xm38/6Lx8v942Ir+KsCi+8Xsmvqqadb8nd9++bbNyv7Kcf788Y3Y/6f4rvnVofb8ROmG/LJ43v6w34j5diW+/' +
  'wt9uPzDHf7/JfXC/c2gQv1jKYr+E1vM+TO1/Px/CVr+r9kC/n3gFPDxacD9tG+e9duxZP5sDBj9yRcs+GltRP7WQvb5I516/dnK4vvdvsT5L' +
  'E2+/jEJYvzkqJ78+0jy+hPL0PQm+fz+TY3E/TOZUPy41QD8b7rW+UTURP/uLdr5p6e8+aFGavpkeeT/n136/jBjEvgs0fD9WDdI+MWetPDRj' +
  'xT0CtzQ9O1Nav20taj/Af2M/gVJ/v+PL9r6G0ne/7yuNPt8aFj8arSi/hZ4WP4cGfT9M/H8/RnhTvhnCCz8rCx+/7FMZv/ATUD4kaV6/BFh6' +
  'vyWBdj+wleM9BQFcPk/O075geJA+UB93PkZQAz+W9ym/FfSovWl3Cb/X+3m/NOV4v+QcYj6JuV8/ZwgDvmETQz5ISYM8YlTtvmnWc782rJC9' +
  'Sd5xvyiobL/kK9a9+pVWv6LbiryyjEA/9eJ/vz6R174eSX8/CpA4v/I+s77B1kk/sUwHPyZUeT/oroi+8/d9PyfyEb/XlEQ/uuNDvxvtUb+9' +
  'PDy/XbpRP1w6fz8+zoi+g2QwP+/A3b6BbFo/bPB9PwU0az9Pkk6/kg2nvtOR3D6Yc2C+GFYtP4NsdL+gvw8/5fk0vyjW3T31t7C9HIxpP3jt' +
  'KL/Avfq+uBkQPxntY7/ZcDe//BYnP7e+KD8jpSw/rRxRvy+W9L7Q7Cu+3UV/v0aHb79nrWi/3c4eP6WMh71M1nO+n4p+P/yjQD7DE3o/LsOS' +
  'vhO5cj/0nXm/9E90v+PLS7+favu+amyoPiCyfz8Z02M/XiYBP7slXL9YefE+CUk/vsntHr9xAEA/YJngvrz+fz+Hfnw/eCkJv253Hb+QKGW/' +
  'O1kdvVbqMr+AH5q+ZwmdvaNu1j7DP7M8u4FcvzlOfT/MGSw/uy4KvnYWNb8S9kO/TMFwP0rbuD246FK/fse2PaozpL7+XQA/QXATP6Nafb89' +
  '/bm+TWCYPUTyfz+zsRC+/3Rsv7bTer+FY+S+TtYKv/Rw4j60mDY/vWYWPRXVIj+wkQU/qp1av1dvcr9MnZW8GdN8v7uoUj9E1V8/2txkP4Qi' +
  'b7/M1dM+d+x1P/dgbj8MsHk/4ItcP7AVfz+/rzM/7XFyvydzl77Zfmo/KkJ7vw==';

/** How many complex numbers there are. */
export const NOISE_LENGTH = 512;

/** Their real and imaginary parts. */
export function noiseTable(): { re: Float32Array; im: Float32Array } {
  const bytes = Buffer.from(NOISE, 'base64');
  const part = (first: number) =>
    Float32Array.from({ length: NOISE_LENGTH }, (_, i) => bytes.readFloatLE(8 * i + 4 * first));
  return { re: part(0), im: part(1) };
}
